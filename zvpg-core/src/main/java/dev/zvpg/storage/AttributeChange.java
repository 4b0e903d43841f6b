package dev.zvpg.storage;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one {@link Storage#update} does to the attributes of one object. Attributes it does not name stay as they are.
 *
 * <p>Immutable.
 *
 * @param target whose attributes
 * @param set the attributes to add or replace; see {@link Attributes} for the bounds
 * @param remove the attributes to remove; one that is not there is no error, and one that is set as well is set
 */
public record AttributeChange(StoredId target, Map<String, String> set, Set<String> remove) {

    /** Checks the bounds and copies the collections. */
    public AttributeChange {
        set = Attributes.checked(set);
        remove = Set.copyOf(remove);
    }

    /**
     * Makes a change that only adds or replaces.
     *
     * @param target whose attributes
     * @param set the attributes to add or replace
     * @return the change
     */
    public static AttributeChange set(StoredId target, Map<String, String> set) {
        return new AttributeChange(target, set, Set.of());
    }

    /**
     * Returns whose attributes the changes of one step name.
     *
     * @param changes the changes
     * @return their targets
     * @throws IllegalArgumentException when two of them name the same object
     */
    public static Set<StoredId> targets(Collection<AttributeChange> changes) {
        Set<StoredId> targets = changes.stream().map(AttributeChange::target).collect(Collectors.toSet());
        if (targets.size() < changes.size()) {
            throw new IllegalArgumentException(
                    "two of the changes name the same object; merge them into one: " + changes);
        }
        return targets;
    }

    /**
     * Returns whose attributes the changes name that belong to the same step as a destruction.
     *
     * @param destroyed the object that is destroyed
     * @param changes the changes
     * @return their targets
     * @throws IllegalArgumentException when two of them name the same object, or one the destroyed object
     */
    public static Set<StoredId> targets(StoredId destroyed, Collection<AttributeChange> changes) {
        Set<StoredId> targets = targets(changes);
        if (targets.contains(destroyed)) {
            throw new IllegalArgumentException(
                    destroyed + " is destroyed in this step, so nothing of it can be changed: " + changes);
        }
        return targets;
    }
}
