package dev.zvpg.zfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.Branch;
import dev.zvpg.RemotesContract;
import dev.zvpg.Snapshot;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes between two repositories on ZFS arrives as it was, whatever their datasets are like. */
abstract class StreamsContract extends RemotesContract {

    static final int MEGABYTE = 1_000_000;

    final TestPool theirPool;
    final TestPool ourPool;

    /** After the contract has closed its repositories. */
    @RegisterExtension
    final AfterEachCallback cleanUp = context -> closePools();

    StreamsContract(TestPool theirPool, TestPool ourPool) {
        this.theirPool = theirPool;
        this.ourPool = ourPool;
    }

    private void closePools() {
        theirPool.close();
        ourPool.close();
    }

    private TestPool pool(String name) {
        return name.equals("theirs") ? theirPool : ourPool;
    }

    @Override
    protected Storage openStorage(String name) {
        return pool(name).open();
    }

    final Streams streams(String name) {
        return openStorage(name).streams().orElseThrow();
    }

    final String fullName(String name, String snapshot) throws IOException, InterruptedException {
        return fullName(pool(name), snapshot);
    }

    private static String fullName(TestPool pool, String snapshot) throws IOException, InterruptedException {
        return PoolTools.tree(pool.dataset()).stream()
                .filter(object -> object.endsWith("@" + snapshot))
                .findFirst()
                .orElseThrow();
    }

    final String identity(String name, String snapshot) throws IOException, InterruptedException {
        return identity(pool(name), snapshot);
    }

    static String identity(TestPool pool, String snapshot) throws IOException, InterruptedException {
        return PoolTools.run("zfs", "get", "-H", "-p", "-o", "value", "guid", fullName(pool, snapshot));
    }

    final Snapshot commitMuch(long seed) throws IOException {
        Branch main = theirs.branch("main");
        writeTable(main, seed);
        return commit(main, "v" + seed, "a", "1");
    }

    /** A stream of a snapshot, as a receiver would get it that has nothing. */
    final byte[] stream(Snapshot snapshot) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        streams("theirs")
                .outgoing(
                        new SnapshotId(snapshot.id()),
                        Optional.empty(),
                        new Streams.Have(Optional.empty(), Optional.empty()))
                .orElseThrow()
                .send(out);
        return out.toByteArray();
    }

    /** What comes until the connection is cut. */
    static InputStream cut(byte[] bytes, int length) {
        InputStream end = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }

            @Override
            public int read(byte[] into, int offset, int count) throws IOException {
                throw new IOException("cut");
            }
        };
        return new SequenceInputStream(new ByteArrayInputStream(bytes, 0, length), end);
    }

    final void requireNothing(String name) throws Exception {
        Storage storage = openStorage(name);
        storage.recover(volume -> true);
        assertThat(storage.drafts()).isEmpty();
        assertThat(streams(name).partials()).isEmpty();
        assertThat(storage.foreign()).isEmpty();
    }
}
