package dev.zvpg.postgres.run;

import dev.zvpg.postgres.process.Signals;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** How a server's process comes to be, up to the moment it has a number. One for each start; not thread-safe. */
interface Launch extends AutoCloseable {

    /** Starts it; it is heard of by {@link #pid()}. */
    void begin(Map<String, String> settings, ServerLog log) throws IOException;

    /** The number of the process, once it is known. */
    OptionalInt pid() throws IOException;

    /** What was said by whoever started it, oldest first, where the server itself said nothing. */
    List<String> said();

    /** Who sends it signals. */
    Signals signals();

    /** Says that it is over: there is a server that others can find, or nothing is left of it. */
    @Override
    void close();
}
