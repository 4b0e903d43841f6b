package dev.zvpg;

import java.util.Optional;

/**
 * A working copy of a snapshot that one expects to throw away.
 *
 * <p>Thread-safe.
 */
public final class Clone extends WorkingCopy {

    Clone(Operations operations, Copy copy) {
        this(operations, copy.id(), copy.name());
    }

    Clone(Operations operations, String id, String name) {
        super(operations, Copy.Kind.CLONE, id, name);
    }

    /**
     * The snapshot that it is a copy of.
     *
     * @return empty when that was deleted since
     */
    public Optional<Snapshot> snapshot() {
        Catalog catalog = operations().context().catalog();
        return copy(catalog).base().flatMap(catalog::image).map(image -> new Snapshot(operations(), catalog, image));
    }

    /**
     * The facts of this moment.
     *
     * @return a record
     */
    public CloneInfo info() {
        Catalog catalog = operations().context().catalog();
        return operations().facts().clone(catalog, copy(catalog));
    }

    private Copy copy(Catalog catalog) {
        return catalog.copy(id()).orElseThrow(() -> Lookup.gone("clone", name()));
    }
}
