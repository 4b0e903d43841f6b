package dev.zvpg.examples.bench;

import dev.zvpg.postgres.Postgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of PostgreSQL, and the shell that calls them, run as the user who may: PostgreSQL refuses to run as root.
 */
public final class AsServerUser {

    private AsServerUser() {}

    static List<String> command(Postgres postgres, List<String> command) {
        String user = postgres.user();
        if (user.equals(System.getProperty("user.name"))) {
            return command;
        }
        String group = user.equals("nobody") ? "nogroup" : user;
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--init-groups"));
        all.addAll(command);
        return all;
    }

    /** Runs it to its end; what it said is in the exception when it fails. */
    public static void run(Postgres postgres, String... command) throws IOException, InterruptedException {
        runAsSelf(command(postgres, List.of(command)));
    }

    static String runAsSelf(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + output);
        }
        return output;
    }
}
