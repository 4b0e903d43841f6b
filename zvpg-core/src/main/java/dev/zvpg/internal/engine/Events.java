package dev.zvpg.internal.engine;

import dev.zvpg.info.Event;
import dev.zvpg.info.Subscription;
import dev.zvpg.internal.catalog.CopyKey;
import dev.zvpg.internal.catalog.SnapshotKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells events to listeners, on the thread that did the work and after it has let go of its locks. Thread-safe. */
public final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private final InFlight inFlight = new InFlight();

    private final List<Registration> registrations = new CopyOnWriteArrayList<>();

    public Subscription listen(Consumer<? super Event> listener) {
        Registration registration = new Registration(listener);
        registrations.add(registration);
        return () -> registrations.remove(registration);
    }

    /** How an event speaks of a branch or clone. */
    static Event.Ref ref(CopyKey copy) {
        return new Event.Ref(copy.id(), copy.name());
    }

    /** How an event speaks of a snapshot. */
    static Event.Ref ref(SnapshotKey snapshot) {
        return new Event.Ref(snapshot.id().value(), snapshot.ref());
    }

    InFlight inFlight() {
        return inFlight;
    }

    /** Tells at once, in the middle of the work, how far it has come. */
    void tell(Event.Progress progress) {
        deliver(progress);
    }

    public void tell(Event event) {
        if (!inFlight.holdBack(event)) {
            deliver(event);
        }
    }

    private void deliver(Event event) {
        LOG.debug("{}", event);
        for (Registration registration : registrations) {
            try {
                registration.listener.accept(event);
            } catch (RuntimeException e) { // a listener's trouble must not become the operation's
                LOG.warn("A listener failed on {}", event, e);
            }
        }
    }

    /** Gives each registration its own identity, so that a listener registered twice can be removed once. */
    private static final class Registration {
        private final Consumer<? super Event> listener;

        Registration(Consumer<? super Event> listener) {
            this.listener = listener;
        }
    }
}
