package dev.zvpg.examples;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The seams between the modules and packages. */
@AnalyzeClasses(
        packages = "dev.zvpg",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludePackageInfos.class})
class ArchitectureTest {

    private static final String[] EXPORTED = {
        "dev.zvpg",
        "dev.zvpg.config",
        "dev.zvpg.diff",
        "dev.zvpg.directory",
        "dev.zvpg.error",
        "dev.zvpg.info",
        "dev.zvpg.merge",
        "dev.zvpg.option",
        "dev.zvpg.remote",
        "dev.zvpg.server",
        "dev.zvpg.storage",
        "dev.zvpg.postgres",
        "dev.zvpg.postgres.junit",
        "dev.zvpg.postgres.prepared",
        "dev.zvpg.zfs",
        "dev.zvpg.examples.."
    };
    private static final String[] BACKENDS = {"dev.zvpg.postgres..", "dev.zvpg.zfs..", "dev.zvpg.examples.."};

    @ArchTest
    static final ArchRule coreDependsOnFewLibraries = classes()
            .that()
            .resideInAPackage("dev.zvpg..")
            .and()
            .resideOutsideOfPackages(BACKENDS)
            .should()
            .onlyDependOnClassesThat(resideOutsideOfPackages(BACKENDS)
                    .and(resideInAnyPackage(
                            "java..",
                            "javax.sql..",
                            "dev.zvpg..",
                            "org.slf4j..",
                            "com.fasterxml.jackson..",
                            "org.jspecify..")));

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("(dev.zvpg..)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theEngineUsesNoHandles = noClasses()
            .that()
            .resideInAPackage("dev.zvpg.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.zvpg");

    @ArchTest
    static final ArchRule theExamplesUseThePublicApi = noClasses()
            .that()
            .resideInAPackage("dev.zvpg.examples..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.zvpg..").and(resideOutsideOfPackages(EXPORTED)));

    /** It works on files of its own, for which there is one tool, and tells of servers in words that others use too. */
    @ArchTest
    static final ArchRule theExtensionUsesThePublicApi = noClasses()
            .that()
            .resideInAnyPackage("dev.zvpg.postgres.junit..", "dev.zvpg.postgres.prepared..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.zvpg..")
                    .and(resideOutsideOfPackages(EXPORTED))
                    .and(resideOutsideOfPackages("dev.zvpg.internal.io", "dev.zvpg.postgres.report")));

    /** Only the other modules of the library see a package that is internal, and only the one that says so. */
    @Test
    void nothingInternalIsExported() throws IOException {
        List<String> exported = new ArrayList<>();
        for (URL module : Collections.list(ZvpgException.class.getClassLoader().getResources("module-info.class"))) {
            try (InputStream in = module.openStream()) {
                ModuleDescriptor descriptor = ModuleDescriptor.read(in);
                if (descriptor.name().startsWith("dev.zvpg")) {
                    descriptor.exports().stream()
                            .filter(export -> export.source().contains(".internal"))
                            .map(export -> export.source() + " to " + new TreeSet<>(export.targets()))
                            .forEach(exported::add);
                }
            }
        }
        assertThat(exported).containsExactly("dev.zvpg.internal.io to [dev.zvpg.postgres, dev.zvpg.zfs]");
    }

    /** A package of which nobody has an overview is several. */
    @ArchTest
    static void noPackageHasMoreThan32Files(JavaClasses classes) {
        Map<String, Long> files = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        assertThat(files).allSatisfy((name, count) -> assertThat(count).as(name).isLessThanOrEqualTo(32));
    }

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
            .resideOutsideOfPackage("dev.zvpg.zfs.binding")
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
    static final ArchRule exceptionsOfTheLibraryAreInOnePackage =
            classes().that().areAssignableTo(ZvpgException.class).should().resideInAPackage("dev.zvpg.error");

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
            .doNotHaveFullyQualifiedName("dev.zvpg.postgres.run.Sessions")
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
