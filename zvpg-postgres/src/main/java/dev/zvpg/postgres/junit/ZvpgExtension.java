package dev.zvpg.postgres.junit;

import dev.zvpg.error.OperationInterruptedException;
import dev.zvpg.option.PoolOptions;
import dev.zvpg.postgres.Postgres;
import dev.zvpg.postgres.prepared.Preparation;
import dev.zvpg.postgres.prepared.PreparedSnapshots;
import dev.zvpg.server.Credentials;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

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
 * <p><b>Before any parameter,</b> when an application is started for many tests, {@link #jdbcUrl()} is the URL of a
 * database that stays, and {@link #reset()} makes that what was prepared.
 *
 * <p>Each method that says how returns a changed copy. Thread-safe.
 */
public final class ZvpgExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    private final Options options;
    private final OwnedDatabases databases;

    /** Those of the run that it was last called in. */
    private volatile Parameters parameters = Parameters.OF_THE_SYSTEM;

    private ZvpgExtension(Options options) {
        this.options = options;
        this.databases = new OwnedDatabases(options);
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
        return PreparedSnapshots.contentKey(name, files);
    }

    /**
     * Uses a certain PostgreSQL, with a locale of your choice:
     * {@code postgres(Postgres.embedded().clusters(o -> o.icuLocale("de-DE")))}. Without this it is the newest one embedded
     * on the class path, or where there is none, the one that is installed.
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
     * same settings, and so does the server of the preparation: {@code shared_preload_libraries}, for example. They are
     * part of what is prepared, so another key goes with others.
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

    /**
     * Returns the URL of a database that stays: one more clone, for an application that is started once for many tests.
     * All extensions in the JVM share it that have the same key, settings and PostgreSQL, whatever class they are in, and
     * it ends with the JVM. So a context that a framework has cached finds it in every class:
     *
     * <pre>{@code
     * @DynamicPropertySource
     * static void database(DynamicPropertyRegistry properties) {
     *     properties.add("spring.datasource.url", db::jdbcUrl);
     *     properties.add("spring.datasource.username", () -> db.credentials().user());
     *     properties.add("spring.datasource.password", () -> db.credentials().password());
     * }
     * }</pre>
     *
     * <p>May be called at any time, also before JUnit has called the extension; system properties are all that is known
     * then of the configuration parameters. The first call prepares the key and starts the server. Tests that use it must
     * not run in parallel, as they share it.
     *
     * @return the URL of the {@linkplain #database(String) database}, without credentials
     * @throws dev.zvpg.error.ServerException when its server was stopped or killed, which {@link #reset()} repairs
     * @throws IllegalStateException when the preparation fails; its cause is what that threw
     */
    public String jdbcUrl() {
        return staying().jdbcUrl(options.database());
    }

    /**
     * Returns who connects to {@link #jdbcUrl()}.
     *
     * @return the superuser
     * @throws dev.zvpg.error.ServerException as {@link #jdbcUrl()} does
     * @throws IllegalStateException as {@link #jdbcUrl()} does
     */
    public Credentials credentials() {
        return staying().credentials();
    }

    /**
     * Makes the database of {@link #jdbcUrl()} what was prepared, for the next test; the URL stays. Its sessions break when
     * there was something to undo, so a pool of connections has to let go of those it has; see
     * {@link dev.zvpg.ScratchClone#reset()}. Does nothing before somebody has asked for the URL.
     *
     * @return whether there was something to undo
     * @throws dev.zvpg.error.ServerException when the new server does not start; it can be tried again
     * @throws dev.zvpg.error.InUseException when another program has taken its port meanwhile
     */
    public boolean reset() {
        Optional<TestDatabase> open = stayingSoFar();
        return open.isPresent() && open.get().reset();
    }

    private Optional<TestDatabase> stayingSoFar() {
        return TestRun.OF_THE_JVM.source(options, parameters).stayingSoFar();
    }

    private TestDatabase staying() {
        try {
            return TestRun.OF_THE_JVM.source(options, parameters).staying();
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationInterruptedException("interrupted while preparing " + options.key(), e);
        } catch (Exception e) {
            throw new IllegalStateException("cannot prepare " + options.key() + ": " + e, e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        databases.beginClass(context); // the field is static
        parameters = Parameters.of(context);
        source(context).prepare();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        parameters = Parameters.of(context);
        source(context).prepare();
        stayingSoFar().ifPresent(TestDatabase::beginLog);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        databases.reportTest(context, this::stayingSoFar);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        databases.reportClass(context, this::stayingSoFar);
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
            return databases
                    .of(context, source(context))
                    .parameter(parameter.getParameter().getType());
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
        return TestRun.of(context).source(options, Parameters.of(context));
    }
}
