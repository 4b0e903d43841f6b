package dev.zvpg.internal.engine;

import dev.zvpg.error.Problem;
import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.info.Space;
import dev.zvpg.info.Status;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.StoredSnapshot;
import dev.zvpg.storage.StoredVolume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Makes the records that tell facts. Thread-safe. */
public final class InfoReader {

    private final Context context;
    private final Servers servers;
    private final Scratches scratches;
    private final Doctor doctor;

    InfoReader(Context context, Servers servers, Scratches scratches) {
        this.context = context;
        this.servers = servers;
        this.scratches = scratches;
        this.doctor = new Doctor(context, servers);
    }

    public BranchInfo branch(Catalog catalog, CopyRecord copy) {
        return branch(
                catalog,
                copy,
                servers.state(copy),
                context.location(copy.volume().id()));
    }

    private static BranchInfo branch(Catalog catalog, CopyRecord copy, ServerState state, Path directory) {
        return new BranchInfo(
                copy.id(),
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::snapshot).map(catalog::ref),
                catalog.head(copy).map(catalog::ref),
                state,
                copy.port(),
                directory,
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    public CloneInfo clone(Catalog catalog, CopyRecord copy) {
        return clone(
                catalog,
                copy,
                servers.state(copy),
                context.location(copy.volume().id()));
    }

    private static CloneInfo clone(Catalog catalog, CopyRecord copy, ServerState state, Path directory) {
        return new CloneInfo(
                copy.id(),
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::snapshot).map(catalog::ref),
                state,
                copy.port(),
                directory,
                copy.expires(),
                copy.isProtected(),
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    public Status status() {
        Catalog catalog = context.catalog();
        List<String> foreign = foreign(catalog);
        List<Doctor.Examined> examined = examine(catalog);
        return new Status(
                infos(
                        examined,
                        CopyRecord.Kind.BRANCH,
                        (copy, state, directory) -> branch(catalog, copy, state, directory)),
                catalog.snapshots().stream().map(image -> image.info(catalog)).toList(),
                infos(
                        examined,
                        CopyRecord.Kind.CLONE,
                        (copy, state, directory) -> clone(catalog, copy, state, directory)),
                context.storage().toString(),
                context.launcher().version(),
                foreign,
                space(catalog),
                doctor.problems(catalog, foreign, examined));
    }

    public List<Problem> problems() {
        Catalog catalog = context.catalog();
        List<Doctor.Examined> examined = examine(catalog);
        List<Problem> problems = new ArrayList<>(doctor.problems(catalog, foreign(catalog), examined));
        problems.addAll(doctor.askServers(examined));
        scratches
                .overlayRefusal()
                .ifPresent(reason -> problems.add(new Problem(
                        "scratch clones are copied, which takes longer: " + reason,
                        "allow that, or put the storage on a file system that clones in constant time: btrfs or ZFS")));
        return List.copyOf(problems);
    }

    /** What is not the repository's, or not this version's to read. */
    private List<String> foreign(Catalog catalog) {
        return Stream.concat(context.storage().foreign().stream(), catalog.newer().stream())
                .toList();
    }

    private List<Doctor.Examined> examine(Catalog catalog) {
        return catalog.copies().stream()
                .flatMap(copy -> doctor.examine(copy).stream())
                .toList();
    }

    /** Makes a record of what a look at a branch or clone found. */
    private interface Telling<T> {
        T tell(CopyRecord copy, ServerState state, Path directory);
    }

    private static <T> List<T> infos(List<Doctor.Examined> examined, CopyRecord.Kind kind, Telling<T> telling) {
        return examined.stream()
                .filter(one -> one.copy().kind() == kind)
                .map(one -> telling.tell(one.copy(), one.state(), one.directory()))
                .toList();
    }

    /** Adds up what the volumes and snapshots take. */
    public static Space space(Catalog catalog) {
        List<StoredVolume> volumes =
                catalog.copies().stream().map(CopyRecord::volume).toList();
        List<StoredSnapshot> snapshots =
                catalog.snapshots().stream().map(SnapshotRecord::stored).toList();
        OptionalLong used = sum(Stream.concat(
                volumes.stream().map(StoredVolume::usedBytes),
                snapshots.stream().map(StoredSnapshot::usedBytes)));
        OptionalLong referenced = sum(Stream.concat(
                volumes.stream().map(StoredVolume::referencedBytes),
                snapshots.stream().map(StoredSnapshot::referencedBytes)));
        return new Space(
                used,
                referenced,
                used.isPresent() && referenced.isPresent()
                        ? OptionalLong.of(referenced.getAsLong() - used.getAsLong())
                        : OptionalLong.empty());
    }

    /** Empty when one is unknown: the sum of some would be taken for that of all. */
    private static OptionalLong sum(Stream<OptionalLong> figures) {
        return figures.reduce(
                OptionalLong.of(0),
                (sum, next) -> sum.isPresent() && next.isPresent()
                        ? OptionalLong.of(sum.getAsLong() + next.getAsLong())
                        : OptionalLong.empty());
    }
}
