package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.internal.tree.TreeDigest;
import dev.zvpg.internal.wire.CutException;
import dev.zvpg.internal.wire.DataSink;
import dev.zvpg.internal.wire.Frames;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.internal.wire.Pipe;
import dev.zvpg.remote.FetchOptions;
import dev.zvpg.remote.FetchResult;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.remote.ServeOptions;
import dev.zvpg.server.FakeLauncher;
import dev.zvpg.server.FakeServer;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A repository that is served over pipes in memory, and another one that is its client; servers are fakes. */
abstract class TwoRepositories {

    @TempDir
    Path directory;

    final FakeLauncher launcher = new FakeLauncher();
    ServeOptions serving = ServeOptions.DEFAULT;
    protected Repository theirs;
    protected Repository ours;

    /** The last pipes, to the server and from it. */
    Pipe request = new Pipe();

    Pipe answer = new Pipe();
    private final List<Thread> servers = new ArrayList<>();

    @BeforeEach
    void makeRepositories() {
        theirs = zvpg("theirs").init();
        ours = zvpg("ours").init();
    }

    @AfterEach
    void close() throws InterruptedException {
        for (Thread server : servers) {
            server.join(60_000);
            assertThat(server.isAlive()).isFalse();
        }
        ours.close();
        theirs.close();
    }

    Zvpg zvpg(String name) {
        return Zvpg.at(directory.resolve(name))
                .storage(() -> openStorage(name))
                .postgres(launcher)
                .ports(6000, 6009)
                .author(name);
    }

    protected Storage openStorage(String name) {
        return DirectoryStorage.at(directory.resolve(name + "-storage")).open();
    }

    /** Connects to the repository that is served, once. */
    Remote connect() {
        return connect(theirs, serving);
    }

    /** Connects to another one, once. */
    Remote connect(Repository repo, ServeOptions options) {
        request = new Pipe();
        answer = new Pipe();
        Pipe from = request;
        Pipe to = answer;
        Thread server = new Thread(() -> {
            try {
                repo.serve(from.in(), to.out(), o -> options);
            } catch (ZvpgException e) {
                // the other side has heard it, or is gone
            }
        });
        server.start();
        servers.add(server);
        return Remote.of(to.in(), from.out());
    }

    /** Connects as a program of its own would, which has said what formats it knows. */
    Link greet() throws IOException {
        Remote.Streams streams = (Remote.Streams) connect();
        Link greeted = Link.open(streams.in(), streams.out(), streams.out(), streams.out());
        ObjectNode hello = Frames.message().put("zvpg", 1);
        hello.putArray("formats").add("tree-1");
        greeted.send(hello.put("repository", "x").put("path", ""));
        assertThat(greeted.receive().has("error")).isFalse();
        return greeted;
    }

    interface Content {
        void send(DataSink data) throws IOException;
    }

    /** Sends data, and receives what is said to it, which may come before all of it is sent. */
    static ObjectNode sendData(Link link, boolean compress, Content content) throws IOException {
        try (DataSink data = link.sendData(compress)) {
            content.send(data);
            data.finish();
        } catch (CutException e) {
            // it has been refused already
        }
        return link.receive();
    }

    Transfers transfers() {
        return new Transfers(ours.operations());
    }

    protected FetchResult fetch(UnaryOperator<FetchOptions> options) {
        return transfers().fetch("origin", connect(), options.apply(FetchOptions.DEFAULT));
    }

    protected FetchResult fetch() {
        return fetch(UnaryOperator.identity());
    }

    protected PushResult push(Branch branch, UnaryOperator<PushOptions> options) {
        return transfers()
                .push("origin", connect(), RemoteOptions.DEFAULT, branch.key(), options.apply(PushOptions.DEFAULT));
    }

    protected PushResult push(Branch branch) {
        return push(branch, UnaryOperator.identity());
    }

    /** Commits a row and takes a snapshot; the server is stopped again. */
    protected static Snapshot commit(Branch branch, String name, String key, String value) {
        Launched.fake(branch.start()).put(key, value);
        branch.stop();
        return branch.snapshot(name, "row " + key);
    }

    static Map<String, String> rows(Snapshot snapshot) {
        return snapshot.withScratch(pg -> ((FakeServer) Launched.by(pg.server())).rows());
    }

    /** The digest of a snapshot's tree. */
    static String digest(Repository repo, String id) throws IOException {
        return TreeDigest.of(repo.operations().context().storage().directory(new SnapshotId(id)));
    }

    /** What a repository has noted of a snapshot. */
    static Map<String, String> attributes(Repository repo, String id) {
        return repo.operations()
                .context()
                .catalog()
                .snapshot(new SnapshotId(id))
                .orElseThrow()
                .stored()
                .attributes();
    }

    /** Takes a snapshot of main under an identity that another repository has given, which no program does. */
    static void takeAs(Repository repo, String id) {
        Context context = repo.operations().context();
        Branch main = repo.branch("main");
        Map<String, String> attributes =
                new TreeMap<>(attributes(repo, main.head().orElseThrow().id()));
        attributes.putAll(Map.of("sequence", "99", "name", "planted"));
        VolumeId volume = context.catalog().require(main.key()).volume().id();
        context.storage().snapshot(volume, new SnapshotId(id), attributes, CopyProgress.NONE);
    }

    /** Nothing is left of what was cut off, once a repository is opened again. */
    void requireNothingLeft(String name) {
        try (Storage storage = openStorage(name)) {
            assertThat(storage.drafts()).isEmpty();
            assertThat(storage.list().volumes())
                    .allSatisfy(volume -> assertThat(volume.attributes()).containsEntry("kind", "branch"));
        }
    }
}
