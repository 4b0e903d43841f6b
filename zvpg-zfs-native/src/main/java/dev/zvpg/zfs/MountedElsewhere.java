package dev.zvpg.zfs;

import dev.zvpg.error.InUseException;
import dev.zvpg.zfs.binding.Mounts;
import java.nio.file.Path;
import java.util.List;

/**
 * Says why something is busy that is not mounted where its storage would have mounted it.
 *
 * <p>Thread-safe.
 */
final class MountedElsewhere {

    private MountedElsewhere() {}

    static InUseException busy(String what, String object) {
        List<Path> places = Mounts.list().stream()
                .filter(mount -> mount.dataset().equals(object))
                .map(Mounts.Mount::directory)
                .toList();
        String why = places.isEmpty()
                ? "something that this process cannot see keeps it busy, such as a mount in another mount namespace, "
                        + "or zfs send; end that first"
                : "it is also mounted on " + places.get(0) + "; unmount it there first";
        return new InUseException("cannot destroy " + what + ": " + why);
    }
}
