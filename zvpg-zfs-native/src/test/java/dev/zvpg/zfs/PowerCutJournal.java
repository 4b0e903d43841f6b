package dev.zvpg.zfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells the host what begins and what is done, at once: a line that was written is out of this machine before the next
 * statement runs. Thread-safe.
 */
final class PowerCutJournal {

    private final PowerCutModel model = new PowerCutModel();

    /** An operation, which may find that what it needs is gone. */
    interface Action {
        void run() throws Exception;
    }

    private PowerCutJournal() {}

    /** What was told up to now. The last line was cut off, unless it has an end. */
    static PowerCutJournal read(Path file) throws IOException {
        PowerCutJournal journal = new PowerCutJournal();
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(journal.model::apply);
        return journal;
    }

    PowerCutModel model() {
        return model;
    }

    /** In between, the power may go. */
    void telling(String kind, String name, String argument, Action action) throws Exception {
        say("> " + kind + " " + name + " " + argument);
        try {
            action.run();
        } catch (dev.zvpg.error.NotFoundException e) {
            // another thread was faster
            say("x " + kind + " " + name);
            return;
        }
        say("< " + kind + " " + name);
    }

    @SuppressWarnings("SystemOut") // the host reads it
    synchronized void say(String line) {
        model.apply(line);
        System.out.println(line);
        System.out.flush();
    }
}
