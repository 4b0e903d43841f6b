package dev.zvpg.postgres.script;

import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.merge.TriggerStates;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Writes what keeps triggers from firing while rows are written, and lets servers check deferrable unique constraints. The
 * triggers are found where the script runs: those that check are named after numbers, which are others there.
 */
final class QuietTriggers {

    private static final String SILENCE = """
            DO $zvpg$
            DECLARE
              change text;
              restore text;
            BEGIN
              SELECT string_agg(format('ALTER TABLE ONLY %%s %%s TRIGGER %%I', t.tgrelid::regclass, %1$s, t.tgname), '; '),
                     string_agg(format('ALTER TABLE ONLY %%s %%s TRIGGER %%I', t.tgrelid::regclass, %2$s, t.tgname), '; ')
              INTO change, restore
              FROM %3$s
              WHERE %4$s AND t.tgrelid IN
                (SELECT p.relid FROM unnest(ARRAY[%5$s]::regclass[]) r(oid), pg_partition_tree(r.oid) p
                 UNION SELECT r.oid FROM unnest(ARRAY[%5$s]::regclass[]) r(oid));
              PERFORM set_config('zvpg.restore', coalesce(restore, ''), true);
              IF change IS NOT NULL THEN
                EXECUTE change;
              END IF;
            END $zvpg$""";

    private static final String RESTORE = """
            DO $zvpg$
            BEGIN
              IF current_setting('zvpg.restore') <> '' THEN
                EXECUTE current_setting('zvpg.restore');
              END IF;
            END $zvpg$""";

    private QuietTriggers() {}

    /** Keeps those of some tables and their partitions from firing. */
    static String silence(Collection<String> tables) {
        String names = tables.stream().map(Quoted::literal).collect(Collectors.joining(", "));
        return SILENCE.formatted(
                TriggerStates.WANTED_STATE, TriggerStates.OWN_STATE, TriggerStates.ALL, TriggerStates.UNWANTED, names);
    }

    /** Lets them fire again as they did. */
    static String restore() {
        return RESTORE;
    }
}
