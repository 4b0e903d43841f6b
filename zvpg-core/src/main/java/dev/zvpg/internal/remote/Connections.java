package dev.zvpg.internal.remote;

import dev.zvpg.error.RemoteException;
import dev.zvpg.internal.engine.Context;
import dev.zvpg.internal.io.DisplayText;
import dev.zvpg.internal.wire.Link;
import dev.zvpg.remote.Remote;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connects to remotes. Thread-safe. */
final class Connections {

    private static final int NO_SUCH_COMMAND = 127;
    private static final int SSH_FAILED = 255;
    private static final long END_SECONDS = 5;
    private static final int MOST_WORDS = 1 << 16;

    private Connections() {}

    /** Connects, and says hello. */
    static Peer open(Remote remote, Context context) throws IOException {
        if (remote instanceof Remote.Directory directory) {
            return DirectoryPeer.open(directory.place());
        }
        if (remote instanceof Remote.Ssh ssh) {
            return ssh(ssh, context);
        }
        Remote.Streams streams = (Remote.Streams) remote;
        return greet(streams.in(), streams.out(), Hello.of(context, ""));
    }

    private static Peer greet(InputStream in, OutputStream out, Hello hello) throws IOException {
        Link link = link(in, out);
        try {
            return StreamPeer.open(link, hello);
        } catch (IOException | RuntimeException e) {
            try (link) {
                throw e;
            }
        }
    }

    /** A link over two streams, which end with it. */
    static Link link(InputStream in, OutputStream out) {
        Closeable end = () -> {
            try (in) {
                out.close();
            }
        };
        return Link.open(in, out, end, end);
    }

    /** Without a shell of ours; what the other side's shell sees are three words that mean nothing to it. */
    static List<String> command(Remote.Ssh ssh) {
        List<String> command = new ArrayList<>(List.of("ssh", "-T", "-o", "BatchMode=yes"));
        ssh.port().ifPresent(port -> command.addAll(List.of("-p", Integer.toString(port))));
        command.addAll(List.of("--", ssh.host(), ssh.command(), "serve", "--stdio"));
        return command;
    }

    private static Peer ssh(Remote.Ssh ssh, Context context) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command(ssh)).start();
        } catch (IOException e) {
            throw unreachable(
                    ssh, "there is no ssh on this machine (" + e.getMessage() + ")", "install OpenSSH's client", e);
        }
        Words words = new Words(process.getErrorStream());
        Link link = Link.open(
                process.getInputStream(), process.getOutputStream(), () -> end(process), process::destroyForcibly);
        try {
            return StreamPeer.open(link, Hello.of(context, ssh.repository()));
        } catch (IOException e) {
            int code = exit(process);
            String said = words.last(); // before its streams are closed
            process.destroyForcibly();
            closeQuietly(link);
            if (code == SSH_FAILED) {
                throw unreachable(ssh, said, "connect with ssh " + ssh.host() + " once, and put right what it says", e);
            }
            if (code == NO_SUCH_COMMAND) {
                throw unreachable(
                        ssh, "there is no " + ssh.command() + " there", "install zvpg there, or name its path", e);
            }
            if (!said.isEmpty()) {
                throw unreachable(ssh, said, "see what ssh " + ssh.host() + " does", e);
            }
            throw e;
        } catch (RuntimeException e) {
            try (link) {
                throw e;
            }
        }
    }

    private static RemoteException unreachable(Remote.Ssh ssh, String why, String advice, IOException e) {
        return new RemoteException(
                RemoteException.Reason.UNREACHABLE, "cannot connect to " + ssh + ": " + why, advice, e);
    }

    /** How it ended; negative when it has not. */
    private static int exit(Process process) {
        try {
            return process.waitFor(END_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static void closeQuietly(Link link) {
        try {
            link.close();
        } catch (IOException e) {
            // what made it fail is told
        }
    }

    /** What it reads from is not closed: that would wait for whoever is writing to it, and it ends as the other side does. */
    private static void end(Process process) {
        if (exit(process) < 0) {
            process.destroyForcibly();
        }
    }

    /** What a program complains of, read so that it never waits for somebody to read it. */
    private static final class Words {

        private final StringBuilder words = new StringBuilder();
        private final Thread reader;

        Words(InputStream in) {
            reader = new Thread(() -> read(in), "zvpg-words-of-ssh");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream in) {
            byte[] buffer = new byte[1024];
            try (in) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    synchronized (words) {
                        words.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                        words.delete(0, Math.max(0, words.length() - MOST_WORDS));
                    }
                }
            } catch (IOException e) {
                // it has ended
            }
        }

        /** The last line that says something. */
        String last() throws IOException {
            try {
                reader.join(TimeUnit.SECONDS.toMillis(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (words) {
                List<String> lines =
                        words.toString().lines().filter(line -> !line.isBlank()).toList();
                return lines.isEmpty()
                        ? ""
                        : DisplayText.withoutControls(lines.get(lines.size() - 1))
                                .strip();
            }
        }
    }
}
