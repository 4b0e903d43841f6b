package dev.zvpg.examples.bench;

import dev.zvpg.ScratchClone;
import dev.zvpg.Snapshot;
import org.jspecify.annotations.Nullable;

/** ZVPG without anything warm: a scratch clone of a snapshot, with its server. */
final class FreshScratch implements Contender {

    private final Snapshot snapshot;
    private @Nullable ScratchClone clone;

    FreshScratch(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    @Override
    public String name() {
        return "ZVPG scratch clone";
    }

    @Override
    public void fresh() throws Exception {
        ScratchClone made = snapshot.scratch();
        clone = made;
        BareServer.query(made.dataSource());
    }

    @Override
    public void discard() {
        if (clone != null) {
            clone.close();
            clone = null;
        }
    }
}
