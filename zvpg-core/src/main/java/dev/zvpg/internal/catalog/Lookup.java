package dev.zvpg.internal.catalog;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.Problem;
import dev.zvpg.storage.VolumeId;
import java.util.List;
import java.util.Optional;

/** Finds what a name means, and explains when it means nothing. Thread-safe. */
public final class Lookup {

    private Lookup() {}

    /** Finds {@code branch@name}, or a bare name where only one branch has it. */
    public static Optional<SnapshotRecord> image(Catalog catalog, String ref) {
        int at = ref.indexOf('@');
        if (at >= 0) {
            Optional<CopyRecord> living = catalog.copy(CopyRecord.Kind.BRANCH, ref.substring(0, at));
            return living.flatMap(branch -> catalog.snapshot(branch, ref.substring(at + 1)))
                    .or(() -> tracked(catalog, ref, at))
                    .or(() -> catalog.snapshots().stream() // a deleted branch's, that lives on, or another repository's
                            .filter(image -> catalog.ref(image).equals(ref))
                            .filter(image -> living.isEmpty()
                                    || !image.provenance().isPushed()) // who pushes may name any branch
                            .findFirst());
        }
        List<SnapshotRecord> named = catalog.snapshots().stream()
                .filter(image -> image.name().equals(ref) && !image.provenance().isPushed())
                .toList();
        if (named.size() > 1) {
            throw new NotFoundException(
                    "snapshot name " + ref + " is ambiguous",
                    "choose one of " + list(named.stream().map(catalog::ref).toList()));
        }
        return named.stream().findFirst();
    }

    /** What a remote's branch was at last; its other snapshots are found by how they are written. */
    private static Optional<SnapshotRecord> tracked(Catalog catalog, String ref, int at) {
        return ref.substring(at + 1).equals(RefName.LATEST)
                ? Optional.ofNullable(catalog.tracked().get(ref.substring(0, at)))
                : Optional.empty();
    }

    public static NotFoundException noRemoteBranch(Catalog catalog, String name) {
        List<String> names = List.copyOf(catalog.tracked().keySet());
        return new NotFoundException(
                "no branch of a remote is known as " + name,
                names.isEmpty()
                        ? "none was fetched yet; fetch from a remote first"
                        : "those that were fetched are " + list(names));
    }

    public static NotFoundException noCopy(Catalog catalog, CopyRecord.Kind kind, String name) {
        Optional<Problem> unreadable = catalog.unreadable().stream()
                .filter(object ->
                        object.id() instanceof VolumeId && object.name().equals(name))
                .map(Unreadable::problem)
                .findFirst();
        if (unreadable.isPresent()) {
            return new NotFoundException(
                    unreadable.get().what(), unreadable.get().advice());
        }
        List<String> names = catalog.copies(kind).stream().map(CopyRecord::name).toList();
        String plural = kind == CopyRecord.Kind.BRANCH ? "branches" : "clones";
        return new NotFoundException(
                "no " + kind.word() + " is named " + name,
                (names.isEmpty() ? "there are no " + plural : "the " + plural + " are " + list(names)));
    }

    public static NotFoundException noCloneOnPort(Catalog catalog, int port) {
        List<String> clones = catalog.copies(CopyRecord.Kind.CLONE).stream()
                .map(clone -> clone.name() + " (" + clone.port() + ")")
                .toList();
        return new NotFoundException(
                "no clone is on port " + port,
                (clones.isEmpty() ? "there are no clones" : "the clones are " + list(clones)));
    }

    public static NotFoundException noImage(Catalog catalog, String ref, List<SnapshotRecord> candidates) {
        List<String> refs = candidates.stream().map(catalog::ref).toList();
        return new NotFoundException(
                "no snapshot is named " + ref,
                (refs.isEmpty() ? "there are none yet" : "the snapshots are " + list(refs)));
    }

    /** For a handle whose object was deleted. */
    public static NotFoundException gone(String what) {
        return new NotFoundException(what + " was deleted");
    }

    /** The names, or the first twenty of them. */
    public static String list(List<String> names) {
        int most = 20;
        return names.size() <= most
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, most)) + " and " + (names.size() - most) + " more";
    }
}
