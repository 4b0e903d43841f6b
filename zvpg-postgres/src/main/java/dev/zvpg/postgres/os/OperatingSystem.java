package dev.zvpg.postgres.os;

import dev.zvpg.error.ConfigurationException;

/** What this library runs on. */
public final class OperatingSystem {

    private OperatingSystem() {}

    /** Processes, mounts and users are asked for as only Linux tells them. */
    public static void requireLinux() {
        requireLinux(System.getProperty("os.name", "unknown"));
    }

    public static void requireLinux(String name) {
        if (!name.equals("Linux")) {
            throw new ConfigurationException(
                    "ZVPG runs on Linux, and this is " + name,
                    "on Windows run it in WSL 2, elsewhere in a virtual machine or container with Linux");
        }
    }
}
