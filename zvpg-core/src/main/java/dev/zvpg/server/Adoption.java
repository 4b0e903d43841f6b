package dev.zvpg.server;

import java.util.List;
import java.util.Objects;

/**
 * What came of copying an existing cluster.
 *
 * <p>Immutable.
 *
 * @param superuser who connects to the copy: its first superuser, whatever it is called, with the password that was
 *     asked for
 * @param findings what was found in it that belonged to the original or could have reached out, and what was done about
 *     it
 */
public record Adoption(Credentials superuser, List<Finding> findings) {

    /** Copies the findings. */
    public Adoption {
        Objects.requireNonNull(superuser, "superuser");
        findings = List.copyOf(findings);
    }
}
