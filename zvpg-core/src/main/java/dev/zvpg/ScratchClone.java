package dev.zvpg;

import dev.zvpg.error.InUseException;
import dev.zvpg.internal.engine.Scratch;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Server;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * A clone of a snapshot that runs from the beginning and ends with its scope: with {@link #close()}, with the repository, with
 * the JVM's exit, and within a second of the JVM's death by a signal. What the JVM could not delete then is deleted by the next
 * {@link Zvpg#open()}.
 *
 * <p>It has no name, does not count among {@link Repository#clones()}, and nothing in it survives. Its server runs with
 * {@link ScratchOptions#LEAN} unless told otherwise.
 *
 * <p>After closing, every method but {@code close()} throws {@link IllegalStateException}.
 *
 * <p>Thread-safe.
 */
public final class ScratchClone implements AutoCloseable {

    private final Scratch scratch;
    private final Consumer<Scratch> end;
    private final AtomicBoolean closed = new AtomicBoolean();

    ScratchClone(Scratch scratch, Consumer<Scratch> end) {
        this.scratch = scratch;
        this.end = end;
    }

    /**
     * Its running server.
     *
     * @return the server
     */
    public Server server() {
        if (closed.get() || scratch.hasEnded()) {
            throw new IllegalStateException(this + " is closed; make or lease another one");
        }
        return scratch.server();
    }

    /**
     * The JDBC URL of its default database, without credentials.
     *
     * @return such as {@code jdbc:postgresql://127.0.0.1:6010/postgres?requireAuth=scram-sha-256}; more parameters follow after {@code &}
     */
    public String jdbcUrl() {
        return server().jdbcUrl(WorkingCopy.DEFAULT_DATABASE);
    }

    /**
     * Connects to its default database.
     *
     * @return a source of plain connections, not pooled
     */
    public DataSource dataSource() {
        return server().dataSource(WorkingCopy.DEFAULT_DATABASE);
    }

    /**
     * Who connects to its server.
     *
     * @return the superuser, the same for the whole repository
     */
    public Credentials credentials() {
        return server().credentials();
    }

    /**
     * Where its cluster's files are.
     *
     * @return an absolute path
     */
    public Path dataDirectory() {
        server();
        return scratch.dataDirectory();
    }

    /**
     * Ends it. One that was made by {@link Snapshot#scratch()} is stopped at once, sessions and all, and deleted when this
     * returns. One that was leased goes back to its pool, which ends its sessions and hands it out again only when it provably
     * did not change. Idempotent.
     *
     * @throws InUseException when the storage cannot let go of its files; the message says who uses them. The server has ended
     *     then, and the files are deleted when the repository is closed or opened
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end.accept(scratch);
        }
    }

    @Override
    public String toString() {
        return "scratch clone of " + scratch.ref();
    }
}
