package dev.zvpg.storage;

import dev.zvpg.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A real second process on the test's own class path. Confined to one thread. */
public final class ChildJvm implements OtherProcess {

    private final Process process;
    private final BufferedReader output;

    /**
     * Starts it.
     *
     * @param wrapper what to start it with, such as {@code unshare -m}; empty for nothing
     * @param main its main class
     */
    public ChildJvm(List<String> wrapper, Class<?> main, String... arguments) throws IOException {
        List<String> command = Jvm.wrapped(wrapper, Jvm.command(main, arguments));
        this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public List<String> lines(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            String line = output.readLine();
            if (line == null) {
                break;
            }
            lines.add(line);
        }
        return lines;
    }

    @Override
    public List<String> rest() throws IOException {
        return lines(Integer.MAX_VALUE);
    }

    @Override
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** Ends its standard input, which it may wait for. */
    public void endInput() throws IOException {
        process.getOutputStream().close();
    }

    @Override
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // Process.destroyForcibly would close the output as well
        process.waitFor(); // its output may end before its locks go
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        output.close();
    }
}
