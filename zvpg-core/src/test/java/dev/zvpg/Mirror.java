package dev.zvpg;

import dev.zvpg.info.Event;
import dev.zvpg.info.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A listener that knows by the events alone what a repository holds, and keeps it by identity. */
final class Mirror implements Consumer<Event> {

    private final Map<String, String> objects = new TreeMap<>();

    /** Begins with what there is. */
    static Mirror of(Status status) {
        Mirror mirror = new Mirror();
        status.branches().forEach(branch -> mirror.objects.put(branch.id(), "branch " + branch.name()));
        status.clones().forEach(clone -> mirror.objects.put(clone.id(), "clone " + clone.name()));
        status.snapshots()
                .forEach(image ->
                        mirror.objects.put(image.id(), "snapshot " + image.name() + " of " + image.branchId()));
        return mirror;
    }

    /** Returns what it has seen, by identity. */
    Map<String, String> objects() {
        return objects;
    }

    @Override
    public void accept(Event event) {
        if (event instanceof Event.BranchCreated created) {
            objects.put(created.branch().id(), "branch " + created.branch());
        } else if (event instanceof Event.BranchRenamed renamed) {
            objects.put(renamed.branch().id(), "branch " + renamed.branch());
        } else if (event instanceof Event.BranchDeleted deleted) {
            objects.remove(deleted.branch().id());
        } else if (event instanceof Event.CloneCreated created) {
            objects.put(created.workingCopy().id(), "clone " + created.workingCopy());
        } else if (event instanceof Event.CloneDeleted deleted) {
            objects.remove(deleted.workingCopy().id());
        } else if (event instanceof Event.CloneExpired expired) {
            objects.remove(expired.workingCopy().id());
        } else if (event instanceof Event.SnapshotTaken taken) {
            String ref = taken.snapshot().name();
            String name = ref.substring(ref.indexOf('@') + 1);
            objects.put(
                    taken.snapshot().id(),
                    "snapshot " + name + " of " + taken.branch().id());
        } else if (event instanceof Event.SnapshotDeleted deleted) {
            objects.remove(deleted.snapshot().id());
        }
    }
}
