package dev.zvpg.examples;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.zvpg.ZvpgException;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.Storage;

/** The seams between the modules and packages. */
@AnalyzeClasses(
        packages = "dev.zvpg",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludePackageInfos.class})
class ArchitectureTest {

    @ArchTest
    static final ArchRule coreDependsOnFewLibraries = classes()
            .that()
            .resideInAnyPackage("dev.zvpg", "dev.zvpg.storage", "dev.zvpg.server", "dev.zvpg.internal..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "javax.sql..",
                    "dev.zvpg",
                    "dev.zvpg.storage",
                    "dev.zvpg.server",
                    "dev.zvpg.internal..",
                    "org.slf4j..",
                    "com.fasterxml.jackson..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule theStorageKnowsNoServers = noClasses()
            .that()
            .resideInAPackage("dev.zvpg.storage")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.zvpg.server");

    @ArchTest
    static final ArchRule theServersKnowNoStorage = noClasses()
            .that()
            .resideInAPackage("dev.zvpg.server")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.zvpg.storage");

    @ArchTest
    static final ArchRule backendsDoNotKnowEachOther =
            slices().matching("dev.zvpg.(zfs|postgres)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule onlyTheBindingImportsJnr = noClasses()
            .that()
            .resideOutsideOfPackage("dev.zvpg.zfs")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jnr..");

    @ArchTest
    static final ArchRule nobodyUsesTheExamples = noClasses()
            .that()
            .resideOutsideOfPackage("dev.zvpg.examples..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.zvpg.examples..");

    @ArchTest
    static final ArchRule exceptionsOfTheLibraryAreDeclaredInTheDomain =
            classes().that().areAssignableTo(ZvpgException.class).should().resideInAPackage("dev.zvpg");

    @ArchTest
    static final ArchRule theSpiIsMadeOfInterfaces = classes()
            .that()
            .haveFullyQualifiedName(Storage.class.getName())
            .or()
            .haveFullyQualifiedName(ServerLauncher.class.getName())
            .should()
            .beInterfaces();

    /** The sessions of a test are its own. */
    @ArchTest
    static final ArchRule everySessionOfTheLibraryIsOpenedInOnePlace = noClasses()
            .that()
            .resideInAPackage("dev.zvpg.postgres..")
            .and()
            .doNotHaveFullyQualifiedName("dev.zvpg.postgres.Sessions")
            .and()
            .doNotHaveFullyQualifiedName("dev.zvpg.postgres.junit.TestDatabase")
            .should()
            .callMethodWhere(target(name("getConnection")));

    @ArchTest
    static final ArchRule nobodyPrintsButTheExamples = noClasses()
            .that()
            .resideOutsideOfPackage("dev.zvpg.examples..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");
}
