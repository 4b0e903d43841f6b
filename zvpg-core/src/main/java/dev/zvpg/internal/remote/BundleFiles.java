package dev.zvpg.internal.remote;

import dev.zvpg.error.NotFoundException;
import dev.zvpg.error.RemoteException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.catalog.RefName;
import dev.zvpg.internal.catalog.SnapshotKey;
import dev.zvpg.internal.catalog.SnapshotRecord;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.internal.io.NewFile;
import dev.zvpg.internal.tree.MalformedException;
import dev.zvpg.storage.SnapshotId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Snapshots that are carried in files. Thread-safe. */
public record BundleFiles(Context context) {

    /** What those are called here that come from a file. */
    public static final String REMOTE = "bundle";

    /** Writes one. */
    public void write(SnapshotKey snapshot, Optional<SnapshotKey> base, Path file) {
        Exports exports = new Exports(context);
        try {
            SnapshotHeader header = exports.header(snapshot.id(), base.map(SnapshotKey::id), BranchPatterns.ALL)
                    .withTree(new Digests(context).of(snapshot.id()));
            Bundles.write(
                    file,
                    NewFile.PRIVATE,
                    header,
                    out -> exports.sendTree(header, out, context.progress("bundle of " + snapshot.ref())));
        } catch (IOException e) {
            throw IoFailure.of("write", file, e);
        }
    }

    /** Reads one, and returns what it holds. */
    public SnapshotKey read(Path file) {
        SnapshotHeader[] found = new SnapshotHeader[1];
        try {
            Bundles.read(file, (header, data) -> {
                found[0] = header;
                Catalog catalog = context.catalog();
                Optional<SnapshotId> base = header.base();
                String tree = header.tree()
                        .orElseThrow(() -> new MalformedException(file + " has no SHA-256 of the whole tree"));
                if (catalog.snapshot(header.id()).isPresent()) {
                    requireSame(header.id(), tree, file);
                    return;
                }
                if (base.isPresent() && catalog.snapshot(base.get()).isEmpty()) {
                    throw new NotFoundException(
                            "cannot read " + file + ": it was written on top of snapshot " + base.get()
                                    + ", which is not here",
                            "read a bundle of that first");
                }
                Imports imports = new Imports(context, Optional.of(REMOTE), Optional.empty());
                try (Arrival arrival = imports.expect(header.id(), base, false)) {
                    arrival.receive(header, data, context.progress("snapshot of " + file));
                }
            });
        } catch (MalformedException e) {
            throw Problems.of("cannot read " + file, e);
        } catch (IOException e) {
            throw IoFailure.of("read", file, e);
        }
        SnapshotId id = found[0].id();
        String branch = RefName.branch(require(id).branchName()); // which was looked at; the header may not have been
        new TrackingRefs(context).move(new TreeMap<>(Map.of(REMOTE + "/" + branch, id)));
        return context.catalog().key(require(id));
    }

    private void requireSame(SnapshotId id, String tree, Path file) throws IOException {
        if (!new Digests(context).of(id).equals(tree)) {
            throw new RemoteException(
                    RemoteException.Reason.REFUSED,
                    "cannot read " + file + ": snapshot " + id
                            + " is here already, and is not what the file has under that identity",
                    "find out which of the two is right, for example where it was taken, and discard the other one",
                    null);
        }
    }

    private SnapshotRecord require(SnapshotId id) {
        return context.catalog().snapshot(id).orElseThrow(() -> Lookup.gone("snapshot " + id));
    }
}
