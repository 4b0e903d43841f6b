package dev.zvpg.storage;

import java.io.IOException;
import java.util.List;

/** Another process that works, and writes what it does in lines. Confined to one thread. */
public interface OtherProcess extends AutoCloseable {

    /**
     * Waits for a number of lines, or for the end.
     *
     * @param count how many
     * @return fewer when it has ended
     */
    List<String> lines(int count) throws IOException;

    /**
     * Waits for its end.
     *
     * @return what it still wrote until then
     */
    List<String> rest() throws IOException;

    /**
     * Waits for its end.
     *
     * @return 0 when it has done all that it should
     */
    int exitCode() throws InterruptedException;

    /** Kills it as SIGKILL does, so that it tidies nothing up, and waits until it is dead. What it wrote stays. */
    void kill() throws InterruptedException;

    /** Ends it where it has not ended. */
    @Override
    void close() throws IOException;
}
