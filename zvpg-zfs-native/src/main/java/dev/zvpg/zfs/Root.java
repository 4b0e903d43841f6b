package dev.zvpg.zfs;

import dev.zvpg.error.AlreadyExistsException;
import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.NotFoundException;
import dev.zvpg.zfs.binding.Lzc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds or makes the dataset that a storage lives in.
 *
 * <p>Thread-safe, also among processes.
 */
final class Root {

    private static final Logger LOG = LoggerFactory.getLogger(Root.class);

    /** From {@code zfs_namecheck.c}: components of letters, digits and these, between slashes. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z][A-Za-z0-9_.: -]*(/[A-Za-z0-9_.:-][A-Za-z0-9_.: -]*)*");

    /**
     * Between the name and something random: a storage's dataset that is not finished. {@code open.lua} knows it too.
     */
    private static final String MAKING = ".zvpg-new-";

    // from enum zfs_canmount_type in zfs_prop.h
    private static final long CANMOUNT_OFF = 0;
    private static final long CANMOUNT_NOAUTO = 2;

    private Root() {}

    /** Checks a name before anything is asked of the kernel. */
    static Names check(String dataset) {
        boolean climbs =
                List.of(dataset.split("/", -1)).stream().anyMatch(part -> part.equals(".") || part.equals(".."));
        if (climbs || !NAME.matcher(dataset).matches()) {
            throw new ConfigurationException(
                    "'" + dataset + "' is not the name of a ZFS dataset",
                    "name one such as tank/zvpg, a pool and a path in it");
        }
        return new Names(dataset);
    }

    /**
     * Makes the dataset when it is missing.
     *
     * @return what it is like
     */
    static Opened open(Lzc lzc, Names names, ZfsOptions options) {
        if (!lzc.exists(names.root())) {
            make(lzc, names, options);
        }
        // also the first thing that needs root, so whoever is not hears of it now
        Program.Result found = Program.OPEN.run(lzc, names, "open", "the storage zfs " + names.root(), Map.of());
        found.table("halves").keySet().forEach(half -> discard(lzc, half));
        // in a dataset that an administrator made, volumes would inherit a mount point
        Map<String, Object> properties =
                found.text("mountpoint").startsWith("/") ? Map.of("canmount", CANMOUNT_NOAUTO) : Map.of();
        // a program is told "off" of the property encryption, whatever it is (openzfs issue 12337)
        return new Opened(properties, !found.text("keyformat").equals("none"));
    }

    /**
     * What a storage's dataset is like.
     *
     * @param properties those that volumes have to be made with
     * @param encrypted whether they are
     */
    record Opened(Map<String, Object> properties, boolean encrypted) {}

    private static void make(Lzc lzc, Names names, ZfsOptions options) {
        if (!lzc.exists(names.pool())) {
            throw new NotFoundException(
                    "cannot open the storage zfs " + names.root() + ": the pool " + names.pool()
                            + " does not exist or is not imported",
                    "zpool list shows the pools, zpool import those that could be");
        }
        String parent = names.root().substring(0, names.root().lastIndexOf('/'));
        if (!lzc.exists(parent)) {
            throw new NotFoundException(
                    "cannot open the storage zfs " + names.root() + ": its parent " + parent + " does not exist",
                    "create it with zfs create -p " + parent);
        }
        makeRoot(lzc, names, options);
    }

    /**
     * The kernel sets properties one after the other, so the dataset gets its name when it has all of them. Everybody
     * makes one of their own, because nobody can tell another's from one that a crash left; the first to give it the
     * name wins, and what the others have made goes with the next opening, or before.
     */
    private static void makeRoot(Lzc lzc, Names names, ZfsOptions options) {
        String root = names.root();
        Map<String, Object> properties = new HashMap<>(Properties.encode(options.properties()));
        properties.putIfAbsent("org.openzfs.systemd:ignore", "on");
        properties.put("canmount", CANMOUNT_OFF); // nothing is kept in it
        properties.put("mountpoint", "legacy"); // inherited: zfs mount -a leaves the volumes alone
        String half =
                root + MAKING + Long.toHexString(ThreadLocalRandom.current().nextLong());
        Keys keys = new Keys(lzc, names);
        String parent = root.substring(0, root.lastIndexOf('/'));
        try {
            keys.needed("create", root, parent, () -> lzc.create(half, properties));
            lzc.rename(half, root);
        } catch (AlreadyExistsException | NotFoundException | InUseException e) {
            if (!lzc.exists(root)) {
                throw e;
            }
            LOG.debug("Somebody else was faster to make {}", root, e);
        }
    }

    private static void discard(Lzc lzc, String half) {
        try {
            lzc.destroy(half);
        } catch (NotFoundException | InUseException e) {
            LOG.debug("Somebody else is about to destroy {}", half, e);
        }
    }
}
