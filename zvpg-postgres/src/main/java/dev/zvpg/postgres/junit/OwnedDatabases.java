package dev.zvpg.postgres.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.opentest4j.TestAbortedException;

/**
 * Holds the databases of one extension, each for the test or the class that it belongs to. They are in JUnit's stores:
 * nested classes find that of the class around them there, and JUnit closes each with its owner. Thread-safe.
 */
final class OwnedDatabases {

    private enum Owner {
        TEST,
        CLASS
    }

    /** Under which a database is stored: two extensions in one class have two. */
    private record StoreKey(OwnedDatabases of, Owner owner) {}

    private final Options options;

    OwnedDatabases(Options options) {
        this.options = options;
    }

    /** Notes that the extension is there for a class, and not for each of its tests. */
    void beginClass(ExtensionContext context) {
        store(context).put(this, true);
    }

    /**
     * Returns the database of a test or a class, made when the first parameter asks for it.
     *
     * @throws ParameterResolutionException when it is to be the class's, and the extension is not
     * @throws Exception as {@link CloneSource#prepare} does
     */
    TestDatabase of(ExtensionContext context, CloneSource source) throws Exception {
        source.prepare(); // an instance is made before anything is called back
        boolean test = context.getTestMethod().isPresent() && !options.shared();
        ExtensionContext owner = test ? context : classOf(context);
        if (options.shared() && store(owner).get(this) == null) {
            throw new ParameterResolutionException(
                    "a shared database belongs to a class, so the field with the extension has to be static");
        }
        StoreKey key = new StoreKey(this, test ? Owner.TEST : Owner.CLASS);
        return store(owner)
                .getOrComputeIfAbsent(
                        key, absent -> source.database(title(owner), options.database(), test), TestDatabase.class);
    }

    private static ExtensionContext classOf(ExtensionContext context) {
        ExtensionContext owner = context;
        while (owner.getTestMethod().isPresent() && owner.getParent().isPresent()) {
            owner = owner.getParent().get();
        }
        return owner;
    }

    /**
     * Tells what the servers have logged when a test has failed.
     *
     * @param staying finds the database that belongs to no test, which the test may have used as well
     */
    void reportTest(ExtensionContext context, Supplier<Optional<TestDatabase>> staying) {
        report(context, options.shared() ? Owner.CLASS : Owner.TEST, staying);
    }

    /** Tells the same when something of a class has failed that is no test. */
    void reportClass(ExtensionContext context, Supplier<Optional<TestDatabase>> staying) {
        report(context, Owner.CLASS, staying);
    }

    private void report(ExtensionContext context, Owner owner, Supplier<Optional<TestDatabase>> staying) {
        Optional<Throwable> failure = context.getExecutionException().filter(e -> !(e instanceof TestAbortedException));
        if (failure.isEmpty()) {
            return;
        }
        List<Throwable> said = new ArrayList<>();
        TestDatabase own = store(context).get(new StoreKey(this, owner), TestDatabase.class);
        if (own != null) {
            said.add(own.failed(title(context)));
        }
        staying.get().map(TestDatabase::failedAmongOthers).ifPresent(said::add);
        TestRun.ENDED.explain(failure.get()).ifPresent(said::add);
        for (Throwable one : said) {
            failure.get().addSuppressed(one);
            context.publishReportEntry(Map.of("zvpg.server", String.valueOf(one.getMessage())));
        }
    }

    private static String title(ExtensionContext context) {
        return context.getTestClass().map(Class::getSimpleName).orElse("")
                + context.getTestMethod().map(method -> "." + method.getName()).orElse("");
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(TestRun.NAMESPACE);
    }
}
