package dev.zvpg.storage;

/**
 * A volume that is a {@link Draft}, of whichever maker.
 *
 * <p>Immutable.
 *
 * @param id its identity
 * @param abandoned whether its maker is dead, so that it is of no use to anybody
 */
public record StoredDraft(VolumeId id, boolean abandoned) {}
