package dev.zvpg.zfs;

import dev.zvpg.storage.SnapshotId;
import dev.zvpg.storage.Streams;
import dev.zvpg.storage.VolumeId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A draft into which a stream was received that was cut off, and that can go on.
 *
 * <p>Immutable.
 *
 * @param told what others are told of it
 * @param origin the full name of the snapshot that the stream was sent on top of
 * @param point where it goes on
 */
record PartialVolume(Streams.Partial told, Optional<String> origin, ResumePoint point) {

    /** Those that there are, also those that somebody receives into at this moment. */
    static Map<VolumeId, PartialVolume> all(Objects objects) {
        return find(objects, Map.of());
    }

    /** One of them; empty where the volume is complete, something else, or gone. */
    static Optional<PartialVolume> of(Objects objects, VolumeId volume) {
        Map<String, String> only = Map.of("volume", objects.names().dataset(volume));
        return Optional.ofNullable(find(objects, only).get(volume));
    }

    private static Map<VolumeId, PartialVolume> find(Objects objects, Map<String, String> arguments) {
        String target = "zfs " + objects.names().root();
        Map<VolumeId, PartialVolume> partials = new HashMap<>();
        objects.run(Program.PARTIALS, "list", target, arguments)
                .table("partials")
                .forEach((volume, values) ->
                        of(Program.table(values)).ifPresent(partial -> partials.put(new VolumeId(volume), partial)));
        return partials;
    }

    /** Empty where somebody has set the properties who does not know what they mean. */
    private static Optional<PartialVolume> of(Map<String, Object> values) {
        try {
            Streams.Partial told = new Streams.Partial(
                    new SnapshotId(String.valueOf(values.get("snapshot"))),
                    values.get("bytes") instanceof Long bytes ? bytes : 0,
                    Instant.ofEpochMilli(Long.parseLong(String.valueOf(values.get("heard")))));
            Optional<String> origin = Optional.ofNullable(values.get("origin")).map(String::valueOf);
            return ResumePoint.ofToken(String.valueOf(values.get("token")))
                    .map(point -> new PartialVolume(told, origin, point));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
