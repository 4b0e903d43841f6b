package dev.zvpg.storage;

import java.util.Map;
import java.util.Set;

/**
 * What one {@link Storage#update} does to the attributes of one object. Attributes it does not name stay as they are.
 *
 * <p>Immutable.
 *
 * @param target whose attributes
 * @param set the attributes to add or replace; see {@link Attributes} for the bounds
 * @param remove the attributes to remove; one that is not there is no error
 */
public record AttributeChange(StoredId target, Map<String, String> set, Set<String> remove) {

    /** Checks the bounds and copies the collections. */
    public AttributeChange {
        set = Attributes.checked(set);
        remove = Set.copyOf(remove);
    }

    /**
     * A change that only adds or replaces.
     *
     * @param target whose attributes
     * @param set the attributes to add or replace
     * @return the change
     */
    public static AttributeChange set(StoredId target, Map<String, String> set) {
        return new AttributeChange(target, set, Set.of());
    }
}
