package dev.zvpg.zfs;

import dev.zvpg.AlreadyExistsException;
import dev.zvpg.ConfigurationException;
import dev.zvpg.InUseException;
import dev.zvpg.NotFoundException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Finds or makes the dataset that a storage lives in.
 *
 * <p>Thread-safe, also among processes.
 */
final class Root {

    /** From {@code zfs_namecheck.c}: components of letters, digits and these, between slashes. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z][A-Za-z0-9_.: -]*(/[A-Za-z0-9_.:-][A-Za-z0-9_.: -]*)*");

    private static final String MAKING = ".zvpg-new";
    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(200);

    // from enum zfs_canmount_type in zfs_prop.h
    private static final long CANMOUNT_OFF = 0;
    private static final long CANMOUNT_NOAUTO = 2;

    private Root() {}

    /** Checks a name before anything is asked of the kernel. */
    static Names check(String dataset) {
        boolean climbs =
                List.of(dataset.split("/", -1)).stream().anyMatch(part -> part.equals(".") || part.equals(".."));
        if (climbs || !NAME.matcher(dataset).matches()) {
            throw new ConfigurationException("'" + dataset
                    + "' is not the name of a ZFS dataset; name one such as tank/zvpg, a pool and a path in it");
        }
        return new Names(dataset);
    }

    /**
     * Makes the dataset when it is missing.
     *
     * @return the properties that volumes have to be made with
     */
    static Map<String, Object> open(Lzc lzc, Names names, ZfsOptions options) {
        if (!lzc.exists(names.root())) {
            make(lzc, names, options);
        }
        // also the first thing that needs root, so whoever is not hears of it now
        String mountPoint = Program.OPEN
                .run(lzc, names, "open", "the storage zfs " + names.root(), Map.of())
                .text("mountpoint");
        // in a dataset that an administrator made, volumes would inherit a mount point
        return mountPoint.startsWith("/") ? Map.of("canmount", CANMOUNT_NOAUTO) : Map.of();
    }

    private static void make(Lzc lzc, Names names, ZfsOptions options) {
        if (!lzc.exists(names.pool())) {
            throw new NotFoundException(
                    "cannot open the storage zfs " + names.root() + ": the pool " + names.pool()
                            + " does not exist or is not imported; zpool list shows the pools, zpool import those that could be");
        }
        String parent = names.root().substring(0, names.root().lastIndexOf('/'));
        if (!lzc.exists(parent)) {
            throw new NotFoundException("cannot open the storage zfs " + names.root() + ": its parent " + parent
                    + " does not exist; create it with zfs create -p " + parent);
        }
        make(lzc, names.root(), options);
    }

    /** The kernel sets properties one after the other, so the dataset gets its name when it has all of them. */
    private static void make(Lzc lzc, String root, ZfsOptions options) {
        Map<String, Object> properties = new HashMap<>(Properties.encode(options.properties()));
        properties.putIfAbsent("org.openzfs.systemd:ignore", "on");
        properties.put("canmount", CANMOUNT_OFF); // nothing is kept in it
        properties.put("mountpoint", "legacy"); // inherited: zfs mount -a leaves the volumes alone
        String half = root + MAKING;
        for (int attempt = 1; !lzc.exists(root); attempt++) {
            try {
                lzc.create(half, properties);
                lzc.rename(half, root);
            } catch (AlreadyExistsException | NotFoundException | InUseException e) {
                // left by a crash, or somebody else is at it right now and one of us is in the other's way
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(PAUSE.toNanos()));
                tryToDestroy(lzc, half);
            }
        }
    }

    private static void tryToDestroy(Lzc lzc, String half) {
        try {
            lzc.destroy(half);
        } catch (NotFoundException | InUseException e) {
            return; // somebody else was faster, or is at it this very moment
        }
    }
}
