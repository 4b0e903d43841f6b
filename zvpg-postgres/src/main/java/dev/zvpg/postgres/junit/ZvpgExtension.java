package dev.zvpg.postgres.junit;

import dev.zvpg.option.PoolOptions;
import dev.zvpg.postgres.Postgres;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/**
 * Gives each test a whole PostgreSQL of its own, which starts as what a preparation made of it. The preparation runs
 * once for its key, whatever the number of classes, JVMs and runs; see {@link dev.zvpg.postgres.junit} for how, and
 * where that is kept.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final ZvpgExtension db = ZvpgExtension.prepared("orders-v42", pg -> migrate(pg.dataSource("postgres")));
 *
 * @Test
 * void placesAnOrder(DataSource orders) { … }
 * }</pre>
 *
 * <p><b>Parameters.</b> {@code ScratchClone}, {@code RunningServer}, {@code DataSource} (plain connections, not pooled) and
 * {@code Connection} (a new one for each parameter, closed with the test). All of one
 * test, those of its constructor and its {@code @BeforeEach} and {@code @AfterEach} methods included, belong to one
 * clone, and no other test sees it. A test without such a parameter gets no clone and costs nothing.
 *
 * <p><b>Static or not.</b> In a static field, the class has something too: parameters of {@code @BeforeAll} and
 * {@code @AfterAll} methods belong to a clone that the class keeps until its end; its tests still have their own,
 * unless {@link #shared()} says that they use the class's. In an instance field each test has its own extension and
 * clone, and there is nothing for the class.
 *
 * <p><b>When a test fails</b> its exception suppresses one with the last lines of the server's log, which is published
 * as the report entry {@code zvpg.server} too.
 *
 * <p><b>Configuration parameters</b> of JUnit, or system properties, go before what the code says:
 * {@code zvpg.junit.postgres} ({@code embedded}, {@code path} or a directory), {@code zvpg.junit.cache} (a directory),
 * {@code zvpg.junit.keep} (true or false).
 *
 * <p>Immutable, and so thread-safe: each method returns a changed copy.
 */
public final class ZvpgExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private enum Scope {
        TEST,
        CLASS
    }

    /** Under which a clone is stored: two extensions in one class have two. */
    private record StoreKey(ZvpgExtension extension, Scope scope) {}

    private final Options options;

    private ZvpgExtension(Options options) {
        this.options = options;
    }

    /**
     * Gives tests that begin with what a preparation made.
     *
     * @param key what stands for the outcome of the preparation: change it whenever that changes, or make it of the
     *     files that it reads with {@link #contentKey}
     * @param preparation makes the outcome of an empty cluster
     * @return the extension, for a field with {@code @RegisterExtension}
     */
    public static ZvpgExtension prepared(String key, Preparation preparation) {
        if (key.isBlank()) {
            throw new IllegalArgumentException(
                    "a key must not be blank; name what the preparation makes, as in orders-v42");
        }
        return new ZvpgExtension(Options.of(key, Objects.requireNonNull(preparation, "preparation")));
    }

    /**
     * Makes a key that changes with the content of files, so that it need not be changed by hand.
     *
     * @param name the key's first part, which people read
     * @param files files, or directories with all that is in them
     * @return such as {@code orders-0f3a51c2b7de}
     * @throws java.io.UncheckedIOException when one cannot be read
     */
    public static String contentKey(String name, Path... files) {
        Digest digest = new Digest();
        for (Path file : files) {
            digest.addTree(file);
        }
        return name + "-" + digest.hex(6);
    }

    /**
     * Uses a certain PostgreSQL. Without this it is the newest one embedded on the class path, or where there is none,
     * the one that is installed.
     *
     * @param postgres the installation
     * @return a changed copy
     */
    public ZvpgExtension postgres(Postgres postgres) {
        return new ZvpgExtension(options.postgres(Objects.requireNonNull(postgres, "postgres")));
    }

    /**
     * Keeps the prepared snapshots in a certain directory. Without this they are in the user's cache, or root's.
     *
     * @param directory made when absent; the user who runs PostgreSQL must be able to enter it. One on a file system
     *     that shares blocks, or in memory, makes tests faster
     * @return a changed copy
     */
    public ZvpgExtension cache(Path directory) {
        return new ZvpgExtension(options.cache(Objects.requireNonNull(directory, "directory")));
    }

    /**
     * Connects parameters of the types {@code DataSource} and {@code Connection} to a database other than
     * {@code postgres}.
     *
     * @param name a database that the preparation creates
     * @return a changed copy
     */
    public ZvpgExtension database(String name) {
        return new ZvpgExtension(options.database(Objects.requireNonNull(name, "name")));
    }

    /**
     * Uses another pool: {@code o -> o.size(8).scratch(s -> s.setting("work_mem", "64MB"))}. Extensions with the same
     * key share one when they want the same of it. A clone of the whole class does not count in it, but runs with the
     * same settings.
     *
     * @param options changes the default options
     * @return a changed copy
     */
    public ZvpgExtension pool(UnaryOperator<PoolOptions> options) {
        return new ZvpgExtension(this.options.pool(options.apply(this.options.pool())));
    }

    /**
     * Uses one clone for all tests of the class, for tests that only read, or clean up after themselves. The field has
     * to be static.
     *
     * @return a changed copy
     */
    public ZvpgExtension shared() {
        return new ZvpgExtension(options.share());
    }

    /**
     * Keeps the clone of a test that failed, and says in the report how to connect to it: when the test, or the class
     * that it belongs to, has ended, it becomes a named one on the same port, whose server outlives the JVM. The first
     * run that begins a day later deletes it. Costs nothing until a test fails; it is for hunting a failure, mostly as
     * {@code -Dzvpg.junit.keep=true}.
     *
     * @return a changed copy
     */
    public ZvpgExtension keepOnFailure() {
        return new ZvpgExtension(options.keepOnFailure());
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        store(context).put(this, true); // the field is static
        source(context).prepare();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        source(context).prepare();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        report(context, options.shared() ? Scope.CLASS : Scope.TEST);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        report(context, Scope.CLASS);
    }

    /** Says that parameters of a constructor belong to the test that the instance is made for. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return TestDatabase.TYPES.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        try {
            return database(context).parameter(parameter.getParameter().getType());
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while waiting for a database", e);
        } catch (Exception e) {
            throw new ParameterResolutionException("no database for " + context.getDisplayName() + ": " + e, e);
        }
    }

    private CloneSource source(ExtensionContext context) {
        return TestRun.of(context).source(options, context);
    }

    private TestDatabase database(ExtensionContext context) throws Exception {
        CloneSource source = source(context);
        source.prepare(); // an instance is made before anything is called back
        boolean test = context.getTestMethod().isPresent() && !options.shared();
        ExtensionContext owner = test ? context : classOf(context);
        if (options.shared() && store(owner).get(this) == null) {
            throw new ParameterResolutionException(
                    "a shared database belongs to a class, so the field with the extension has to be static");
        }
        StoreKey key = new StoreKey(this, test ? Scope.TEST : Scope.CLASS);
        // found again by nested classes, and closed by JUnit with the owner
        return store(owner)
                .getOrComputeIfAbsent(key, absent -> source.database(title(owner), test), TestDatabase.class);
    }

    private static ExtensionContext classOf(ExtensionContext context) {
        ExtensionContext owner = context;
        while (owner.getTestMethod().isPresent() && owner.getParent().isPresent()) {
            owner = owner.getParent().get();
        }
        return owner;
    }

    private void report(ExtensionContext context, Scope scope) {
        Optional<Throwable> failure = context.getExecutionException().filter(e -> !(e instanceof TestAbortedException));
        TestDatabase database = store(context).get(new StoreKey(this, scope), TestDatabase.class);
        if (failure.isEmpty() || database == null) {
            return;
        }
        ServerReport report = database.failed(title(context));
        failure.get().addSuppressed(report);
        context.publishReportEntry(Map.of("zvpg.server", String.valueOf(report.getMessage())));
    }

    private static String title(ExtensionContext context) {
        return context.getTestClass().map(Class::getSimpleName).orElse("")
                + context.getTestMethod().map(method -> "." + method.getName()).orElse("");
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(TestRun.NAMESPACE);
    }
}
