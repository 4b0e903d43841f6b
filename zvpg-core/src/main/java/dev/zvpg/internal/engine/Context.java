package dev.zvpg.internal.engine;

import dev.zvpg.config.PortRange;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.home.Home;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Finding;
import dev.zvpg.server.ServerLauncher;
import dev.zvpg.storage.CopyProgress;
import dev.zvpg.storage.Storage;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.VolumeId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every operation of an open repository works with. Thread-safe. */
public record Context(
        Home home,
        String repositoryId,
        Storage storage,
        ServerLauncher launcher,
        Credentials credentials,
        Locks locks,
        Events events,
        PortRange ports,
        int maxClones,
        String author,
        Clock clock,
        AtomicBoolean closed) {

    /**
     * The cluster's place in its volume; beside it there is room for what has to lie in the volume but not in the
     * cluster.
     */
    private static final String DATA = "data";

    private static final Logger LOG = LoggerFactory.getLogger(Context.class);
    private static final Duration CLOSING_PATIENCE = Duration.ofMinutes(1);

    /** The locks of an open repository: nobody waits for one and then finds it closed. */
    @Override
    public Locks locks() {
        requireOpen();
        return locks;
    }

    Context withCredentials(Credentials other) {
        return new Context(
                home, repositoryId, storage, launcher, other, locks, events, ports, maxClones, author, clock, closed);
    }

    /**
     * Takes the lock for everything that must not meet itself on one working copy: start, stop, snapshot, delete.
     * Events of this thread are told when it is let go of, so that no listener holds it up.
     */
    public Locks.Held workingCopy(CopyKey key) {
        return begin(locks().workingCopy(key.id()));
    }

    /** Takes the same for two of them at once. */
    Locks.Held workingCopies(CopyKey one, CopyKey other) {
        return begin(locks().workingCopies(one.id(), other.id()));
    }

    private Locks.Held begin(Locks.Held lock) {
        boolean isNested = events.inFlight().isInside();
        Locks.Held operation = events.inFlight().begin(lock, events::tell);
        if (!isNested
                && closed.get()) { // closed while this thread waited for the lock; from here on closing waits for it
            operation.close();
            throw closedException();
        }
        return operation;
    }

    public Catalog catalog() {
        requireOpen();
        return new Catalog(storage.list());
    }

    /** Waits for what other threads have begun before the repository was closed. */
    void awaitOperations() {
        if (!events.inFlight().await(CLOSING_PATIENCE)) {
            LOG.warn("Closing the repository at {} in the middle of an operation", home.root());
        }
    }

    public void requireOpen() {
        if (closed.get() && !events.inFlight().isInside()) { // what has begun may end
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("the repository at " + home.root() + " is closed; open it again");
    }

    /** Makes a copy of an image harmless that is started at once, and this repository's where it is another one's. */
    List<Finding> disarm(SnapshotKey image, Path data, Map<String, String> settings) {
        List<Finding> findings = new ArrayList<>(launcher.disarm(data));
        if (image.isForeign()) {
            findings.addAll(launcher.takeOver(data, credentials, settings));
        }
        return findings;
    }

    /** Where a volume's cluster is, mounted if need be. */
    public Path dataDirectory(VolumeId volume) {
        return dataDirectory(storage.directory(volume));
    }

    /** Mounts a volume where that is needed to see what works in it, for whoever is about to change it. */
    void mount(VolumeId volume) {
        if (storage.features().contains(StorageFeature.MOUNTED_ON_DEMAND)) {
            storage.directory(volume);
        }
    }

    /**
     * Where it is once it is mounted: for whoever only looks. A server in another mount namespace is not seen where it is
     * not mounted here.
     */
    Path location(VolumeId volume) {
        return dataDirectory(storage.location(volume));
    }

    public static Path dataDirectory(Path volume) {
        return volume.resolve(DATA);
    }

    /** Destroys what nothing refers to any more; what refuses is left for the next {@code open()}. */
    public void discard(VolumeId volume) {
        try {
            storage.destroy(volume);
        } catch (NotFoundException e) {
            LOG.debug("Volume {} is gone already", volume);
        } catch (ZvpgException e) {
            LOG.warn("Volume {} cannot be removed now; the next open() tries again", volume, e);
        }
    }

    public CopyProgress progress(String what) {
        return (done, total) -> events.tell(new Event.Progress(what, done, total));
    }
}
