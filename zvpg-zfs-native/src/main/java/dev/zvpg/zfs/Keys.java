package dev.zvpg.zfs;

import dev.zvpg.error.PermissionException;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.zfs.binding.Lzc;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of encrypted datasets. The kernel has them from an administrator, who loads them after each start of the
 * machine; without one it lists, destroys and even clones, and denies access to files.
 *
 * <p>Thread-safe.
 *
 * @param names the storage's
 */
record Keys(Lzc lzc, Names names) {

    /**
     * Does something that needs a key, and says which one is missing where that is why access is denied.
     *
     * @param operation the storage's verb, for messages
     * @param target what the verb is applied to, for messages
     * @param object the dataset or snapshot that it is done to; the storage's own counts where there is none yet
     */
    void needed(String operation, String target, String object, Runnable work) {
        try {
            work.run();
        } catch (PermissionException e) {
            throw explained(operation, target, object, e);
        }
    }

    /** Says why access was denied, as far as it can be found out. */
    ZvpgException explained(String operation, String target, String object, PermissionException denied) {
        try {
            String dataset = object.replaceFirst("@.*", "");
            Optional<String> missing = Program.KEY
                    .run(lzc, names, operation, target, Map.of("dataset", dataset))
                    .find("missing");
            return missing.<ZvpgException>map(owner -> new PermissionException(
                            "cannot " + operation + " " + target + ": the key of the encrypted dataset " + owner
                                    + " is not loaded",
                            "load it with zfs load-key " + owner + ", then try again",
                            denied))
                    .orElse(denied);
        } catch (ZvpgException e) {
            denied.addSuppressed(e);
            return denied;
        }
    }
}
