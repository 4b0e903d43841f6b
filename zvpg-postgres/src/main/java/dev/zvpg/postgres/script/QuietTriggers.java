package dev.zvpg.postgres.script;

import dev.zvpg.postgres.diff.Quoted;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Writes what keeps triggers from firing while rows are written, and lets servers check deferrable unique constraints. The
 * triggers are found where the script runs: those that check are named after numbers, which are others there.
 */
final class QuietTriggers {

    private static final String STATES = """
            CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END""";

    private static final String SILENCE = """
            DO $zvpg$
            DECLARE
              change text;
              restore text;
            BEGIN
              SELECT string_agg(format('ALTER TABLE ONLY %%s %%s TRIGGER %%I', t.tgrelid::regclass,
                         CASE WHEN t.is_check THEN 'ENABLE REPLICA' ELSE 'DISABLE' END, t.tgname), '; '),
                     string_agg(format('ALTER TABLE ONLY %%s %%s TRIGGER %%I', t.tgrelid::regclass, %s, t.tgname), '; ')
              INTO change, restore
              FROM (SELECT *, tgfoid = 'pg_catalog.unique_key_recheck'::regproc AS is_check FROM pg_trigger) t
              WHERE t.tgenabled IN ('A', 'R') <> t.is_check AND t.tgenabled <> 'D' AND t.tgrelid IN
                (SELECT p.relid FROM unnest(ARRAY[%s]::regclass[]) r(oid), pg_partition_tree(r.oid) p
                 UNION SELECT r.oid FROM unnest(ARRAY[%s]::regclass[]) r(oid));
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
        return SILENCE.formatted(STATES, names, names);
    }

    /** Lets them fire again as they did. */
    static String restore() {
        return RESTORE;
    }
}
