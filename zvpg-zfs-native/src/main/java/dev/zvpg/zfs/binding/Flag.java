package dev.zvpg.zfs.binding;

/**
 * The value of a name in an nvlist that says everything by being there ({@code DATA_TYPE_BOOLEAN}, which has no value),
 * as opposed to true and false ({@code DATA_TYPE_BOOLEAN_VALUE}).
 *
 * <p>Immutable.
 */
public enum Flag {
    SET
}
