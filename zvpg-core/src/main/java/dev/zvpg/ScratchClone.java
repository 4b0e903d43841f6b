package dev.zvpg;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.ScratchMethod;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.engine.Operations;
import dev.zvpg.internal.engine.Revision;
import dev.zvpg.internal.engine.Scratch;
import dev.zvpg.option.CloneOptions;
import dev.zvpg.option.ScratchOptions;
import dev.zvpg.server.Credentials;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * A clone of a snapshot that runs from the beginning and ends with its scope: with {@link #close()}, with the
 * repository, with the JVM's exit, and within a second of the JVM's death by a signal. What the JVM could not delete
 * then is deleted by the next {@link Zvpg#open()}.
 *
 * <p>It has no name, does not count among {@link Repository#clones()}, and nothing in it survives. Its server runs with
 * {@link ScratchOptions#LEAN} unless told otherwise.
 *
 * <p>After closing, every method but {@code close()} throws {@link IllegalStateException}.
 *
 * <p>Thread-safe.
 */
public final class ScratchClone implements Database, AutoCloseable {

    private final Operations operations;
    private final Scratch scratch;
    private final Scratch.Keeper keeper;
    private final AtomicBoolean closed = new AtomicBoolean();

    ScratchClone(Operations operations, Scratch scratch, Scratch.Keeper keeper) {
        this.operations = operations;
        this.scratch = scratch;
        this.keeper = keeper;
    }

    /**
     * Returns its running server.
     *
     * @return the server
     */
    public RunningServer server() {
        requireOpen();
        return new RunningServer(scratch.server());
    }

    private void requireOpen() {
        if (closed.get() || scratch.hasEnded()) {
            throw new IllegalStateException(this + " is closed; make or lease another one");
        }
    }

    @Override
    public String jdbcUrl(String database) {
        return server().jdbcUrl(database);
    }

    @Override
    public DataSource dataSource(String database) {
        return server().dataSource(database);
    }

    @Override
    public Credentials credentials() {
        return server().credentials();
    }

    /**
     * Returns how it was made: laid over its snapshot, cloned or copied.
     *
     * @return the way, and why it was not a better one
     */
    public ScratchMethod method() {
        return scratch.tree().method();
    }

    /**
     * Returns where its cluster's files are. Those of an {@linkplain #method() overlay} are there for this process, and
     * nobody else finds them.
     *
     * @return an absolute path
     */
    public Path dataDirectory() {
        server();
        return scratch.dataDirectory();
    }

    /**
     * Stops its server and leaves its files and its port, for trying what an application does without its database.
     * Nothing starts it again. When it has ended already, nothing happens.
     *
     * @throws ServerException when it does not end
     */
    public void stop() {
        server().launched().stop();
    }

    /**
     * Makes it what its snapshot is, for the next test of an application that knows it by its URL: ends its server, and
     * starts another one with its port and its password. Sessions break, so a pool of connections has to let go of
     * those it has. Where no transaction has written anything since and no settings file has changed, nothing happens,
     * and sessions go on with what they hold: locks, session settings.
     *
     * @return whether there is another server; false when nothing had changed
     * @throws NotFoundException when its snapshot is deleted
     * @throws InUseException when another program has taken its port meanwhile, and does not give it back within ten
     *     seconds; it can be tried again
     * @throws ServerException when the new server does not start; it can be tried again
     */
    public boolean reset() {
        requireOpen();
        return operations.scratches().reset(scratch);
    }

    /**
     * Finds what was changed in it since it was made, such as by a test: compares its snapshot with what it holds now,
     * as {@link Snapshot#diff(Snapshot)} does. Its server and its sessions go on.
     *
     * @return what is different; to be closed before this one is
     * @throws NotFoundException when its snapshot is deleted
     * @throws ServerException when a server does not start
     */
    public Diff changes() {
        server();
        return new Diff(
                operations, new Revision.OfSnapshot(scratch.from()), operations, new Revision.OfScratch(scratch));
    }

    /**
     * Keeps it as a named clone: its server is stopped, and all that was written to it stays. Closes it. What was laid
     * over its snapshot becomes a copy, which takes as long as one.
     *
     * @param name its name, unique among the repository's clones, by git's rules for refs and without {@code @}
     * @return the clone, stopped
     * @throws AlreadyExistsException when there is one of that name; then this one goes on as it is
     * @throws InUseException when no port is free, or the repository has as many clones as {@link Zvpg#maxClones}
     *     allows
     * @throws ServerException when its server does not end cleanly; then nothing is left of it
     */
    public Clone keep(String name) {
        return keep(name, UnaryOperator.identity());
    }

    /**
     * Keeps it as {@link #keep(String)} does, with options.
     *
     * @param name its name, unique among the repository's clones, by git's rules for refs and without {@code @}
     * @param options changes the default options
     * @return the clone, stopped
     */
    public Clone keep(String name, UnaryOperator<CloneOptions> options) {
        return new Clone(operations, keep(CopyRequest.clone(name, options.apply(CloneOptions.DEFAULT))));
    }

    CopyKey keep(CopyRequest request) {
        server();
        CopyKey kept = operations.scratches().keep(scratch, keeper, request);
        closed.set(true);
        return kept;
    }

    /**
     * Ends it. One that was made by {@link Snapshot#scratch()} is stopped at once, sessions and all, and deleted when
     * this returns. One that was leased goes back to its pool, which ends its sessions and hands it out again only when
     * it provably did not change. Idempotent.
     *
     * @throws InUseException when the storage cannot let go of its files; the message says who uses them. The server
     *     has ended then, and the files are deleted when the repository is closed or opened
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            keeper.end(scratch);
        }
    }

    @Override
    public String toString() {
        return "scratch clone of " + scratch.ref();
    }
}
