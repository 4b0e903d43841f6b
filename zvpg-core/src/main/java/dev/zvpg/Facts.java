package dev.zvpg;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the records that tell facts. Thread-safe. */
final class Facts {

    private static final Logger LOG = LoggerFactory.getLogger(Facts.class);

    private final Context context;
    private final Servers servers;

    Facts(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    BranchInfo branch(Catalog catalog, Copy copy) {
        return new BranchInfo(
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::image).map(catalog::ref),
                catalog.head(copy).map(catalog::ref),
                servers.state(copy),
                copy.port(),
                context.dataDirectory(copy.volume().id()),
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    CloneInfo clone(Catalog catalog, Copy copy) {
        return new CloneInfo(
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::image).map(catalog::ref),
                servers.state(copy),
                copy.port(),
                context.dataDirectory(copy.volume().id()),
                copy.expires(),
                copy.isProtected(),
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    Status status() {
        Catalog catalog = context.catalog();
        return new Status(
                ofThoseThatAreStillThere(catalog, Copy.Kind.BRANCH, this::branch),
                catalog.images().stream().map(image -> image.info(catalog)).toList(),
                ofThoseThatAreStillThere(catalog, Copy.Kind.CLONE, this::clone),
                context.storage().toString(),
                context.launcher().version(),
                catalog.foreign());
    }

    /** Another process may delete one between the listing and the look at its files. */
    private static <T> List<T> ofThoseThatAreStillThere(
            Catalog catalog, Copy.Kind kind, BiFunction<Catalog, Copy, T> facts) {
        List<T> result = new ArrayList<>();
        for (Copy copy : catalog.copies(kind)) {
            try {
                result.add(facts.apply(catalog, copy));
            } catch (NotFoundException e) {
                LOG.debug("{} {} was deleted meanwhile", kind.word(), copy.name());
            }
        }
        return result;
    }
}
