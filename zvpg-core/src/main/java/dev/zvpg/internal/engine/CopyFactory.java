package dev.zvpg.internal.engine;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.InUseException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.CopyRequest;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.Settings;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.home.CredentialsFile;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.option.BranchOptions;
import dev.zvpg.option.ServerOptions;
import dev.zvpg.server.Adoption;
import dev.zvpg.server.ClusterSource;
import dev.zvpg.server.Credentials;
import dev.zvpg.server.Finding;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.Draft;
import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.VolumeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Makes branches and clones. Thread-safe. */
public final class CopyFactory {

    private final Context context;
    private final Servers servers;

    CopyFactory(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /** Makes the branch that everything grows from, on a new and empty cluster. */
    void createFirst(String name, BranchOptions options) {
        VolumeId volume = VolumeId.generate(name);
        try (Draft draft = context.storage().create(volume)) {
            context.launcher().initialize(Context.dataDirectory(draft.directory()), context.credentials());
            publish(draft, volume, CopyRequest.branch(name, options), now -> CopyRecord.ORIGINALS);
        }
    }

    /** Makes it on a copy of an existing cluster, and returns who connects to that. */
    Credentials createFirst(String name, BranchOptions options, ClusterSource source) {
        long began = System.nanoTime();
        VolumeId volume = VolumeId.generate(name);
        try (Draft draft = context.storage().create(volume)) {
            Adoption adoption = context.launcher()
                    .adopt(
                            source,
                            Context.dataDirectory(draft.directory()),
                            context.credentials(),
                            options.settings(),
                            context.progress("copy of " + source)::copied);
            new CredentialsFile(context.home())
                    .write(adoption.superuser()); // before the branch that cannot be had without them
            publish(draft, volume, CopyRequest.branch(name, options), now -> CopyRecord.ORIGINALS);
            Event.Ref branch = new Event.Ref(volume.value(), name);
            context.events()
                    .tell(new Event.ClusterAdopted(branch, source.toString(), adoption.findings(), took(began)));
            return adoption.superuser();
        }
    }

    /** Makes a branch or a clone that starts as a snapshot's image. */
    public CopyKey create(CopyRequest request, SnapshotKey from) {
        long began = System.nanoTime();
        Catalog catalog = context.catalog();
        requirePossible(catalog, request); // before the long copy; and once more after it, when it counts
        SnapshotKey now = catalog.key(catalog.require(from)); // a handle knows the name that its branch had
        VolumeId volume = VolumeId.generate(request.name());
        try (Draft draft = context.storage().clone(from.id(), volume, context.progress(request.words()))) {
            List<Finding> findings = context.launcher().disarm(Context.dataDirectory(draft.directory()));
            publish(draft, volume, request, latest -> origin(request, latest, catalog, now));
            return made(request, volume, now, findings, began);
        }
    }

    private CopyKey made(CopyRequest request, VolumeId volume, SnapshotKey from, List<Finding> findings, long began) {
        CopyKey made = new CopyKey(request.kind(), volume.value(), request.name());
        context.events()
                .tell(
                        request.kind() == CopyRecord.Kind.BRANCH
                                ? new Event.BranchCreated(Events.ref(made), Events.ref(from), findings, took(began))
                                : new Event.CloneCreated(Events.ref(made), Events.ref(from), findings, took(began)));
        return made;
    }

    /** Makes a branch or a clone of a scratch clone whose server has ended. */
    CopyKey keep(Scratch scratch, CopyRequest request) {
        long began = System.nanoTime();
        SnapshotKey from = scratch.from();
        Catalog seen = publish(
                scratch.tree().draft(),
                scratch.volume(),
                request,
                now -> now.snapshot(from.id()).isPresent()
                        ? Map.of(
                                CopyRecord.BASE,
                                from.id().value(),
                                CopyRecord.GROWN_FROM,
                                from.id().value())
                        : Map.of());
        SnapshotKey now = seen.snapshot(from.id()).map(seen::key).orElse(from); // its branch may have another name
        return made(request, scratch.volume(), now, List.of(), began);
    }

    /** A clone is a copy of that snapshot and of no other; a branch follows what is left of its history. */
    private static Map<String, String> origin(CopyRequest request, Catalog now, Catalog before, SnapshotKey began) {
        SnapshotId from = began.id();
        Map<String, String> origin = new HashMap<>(Provenance.foreign(began.isForeign()));
        now.lineage()
                .nearest(before.lineage().images(from))
                .ifPresent(image -> origin.put(CopyRecord.GROWN_FROM, image.value()));
        if (request.kind() == CopyRecord.Kind.CLONE) {
            origin.put(CopyRecord.BASE, from.value());
            return origin;
        }
        origin.put(CopyRecord.UNTOUCHED, from.value());
        List<SnapshotRecord> history = before.lineage().history(from);
        now.lineage().nearest(history).ifPresent(base -> origin.put(CopyRecord.BASE, base.value()));
        if (now.lineage().isCutOff(history)) {
            origin.put(SnapshotRecord.DERIVED, Boolean.toString(true));
        }
        return origin;
    }

    private static Duration took(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Refuses what cannot be made, before anything is. */
    public void requirePossible(Catalog catalog, CopyRequest request) {
        context.launcher().check(request.settings());
        requireFree(catalog, request.kind(), request.name());
        int clones = catalog.copies(CopyRecord.Kind.CLONE).size();
        if (request.kind() == CopyRecord.Kind.CLONE && clones >= context.maxClones()) {
            throw new InUseException(
                    "cannot create " + request.words() + ": the repository has " + clones + " clones, its limit",
                    "delete one or raise maxClones");
        }
    }

    /**
     * Takes the step before which the volume is nobody's and after which it is the branch or clone; returns what there
     * was then.
     */
    private Catalog publish(
            Draft draft, VolumeId volume, CopyRequest request, Function<Catalog, Map<String, String>> origin) {
        try (Locks.Held held = context.locks().repository()) {
            context.home().requireLiving();
            Catalog catalog = context.catalog();
            requirePossible(catalog, request);
            int port = servers.assignPort(catalog, request.words(), request.port());
            Map<String, String> attributes = CopyRecord.attributes(
                    context.repositoryId(),
                    request,
                    volume.value(),
                    port,
                    context.clock().instant());
            attributes.putAll(origin.apply(catalog));
            draft.publish(attributes);
            return catalog;
        }
    }

    /** Changes the settings of a server, and tells whether one runs that goes on with those it has. */
    public boolean configure(CopyKey key, UnaryOperator<ServerOptions> change) {
        try (Locks.Held held = context.workingCopy(key)) {
            CopyRecord copy = context.catalog().require(key);
            Map<String, String> settings =
                    change.apply(ServerOptions.of(copy.settings())).settings();
            context.launcher().check(settings);
            boolean running = servers.state(copy) == ServerState.RUNNING;
            context.storage()
                    .update(List.of(AttributeChange.set(
                            copy.volume().id(), Map.of(CopyRecord.SETTINGS, Settings.format(settings)))));
            return running;
        }
    }

    /** Lets a clone be deleted, or not. */
    public void protect(CopyKey key, boolean isProtected) {
        try (Locks.Held held = context.workingCopy(key)) {
            VolumeId volume = context.catalog().require(key).volume().id();
            context.storage()
                    .update(List.of(
                            isProtected
                                    ? AttributeChange.set(volume, Map.of(CopyRecord.PROTECTED, Boolean.toString(true)))
                                    : new AttributeChange(volume, Map.of(), Set.of(CopyRecord.PROTECTED))));
        }
    }

    private static void requireFree(Catalog catalog, CopyRecord.Kind kind, String name) {
        boolean isUnreadable =
                catalog.unreadable().stream().anyMatch(object -> object.name().equals(name));
        if (catalog.copy(kind, name).isPresent() || isUnreadable) {
            throw new AlreadyExistsException(
                    "cannot create " + kind.word() + " " + name + ": a " + kind.word() + " of that name exists",
                    "choose another name, or delete it first");
        }
    }
}
