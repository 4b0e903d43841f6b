package dev.zvpg.examples.bench;

import dev.zvpg.postgres.Postgres;
import dev.zvpg.server.Credentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The peer that is a shell script: copy the files of a stopped server, {@code pg_ctl -w start}, and a connection. */
final class ShellCopy implements Contender {

    private final Postgres postgres;
    private final Path source;
    private final Path copy;
    private final Credentials credentials;
    private boolean started;

    /**
     * @param source a stopped cluster
     * @param directory where the copy may lie, on the same file system
     */
    ShellCopy(Postgres postgres, Path source, Path directory, Credentials credentials) {
        this.postgres = postgres;
        this.source = source;
        this.copy = directory.resolve("shell-copy");
        this.credentials = credentials;
    }

    @Override
    public String name() {
        return "cp and pg_ctl -w";
    }

    @Override
    public void fresh() throws Exception {
        int port = BareServer.freePort();
        AsServerUser.runAsSelf(List.of("cp", "-a", "--reflink=auto", source.toString(), copy.toString()));
        started = true;
        pgCtl(
                "-w",
                "-l",
                "/dev/null",
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
                "start");
        BareServer.query(BareServer.dataSource(port, "postgres", credentials));
    }

    private void pgCtl(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 3];
        command[0] = postgres.binDirectory().resolve("pg_ctl").toString();
        command[1] = "-D";
        command[2] = copy.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        AsServerUser.run(postgres, command);
    }

    @Override
    public void discard() throws Exception {
        if (started) {
            started = false;
            pgCtl("-m", "immediate", "stop");
        }
        AsServerUser.runAsSelf(List.of("rm", "-rf", copy.toString()));
    }
}
