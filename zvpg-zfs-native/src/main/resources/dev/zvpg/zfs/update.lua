targets, lost = targets_of(args.changes)
if lost then return missing(lost) end
failed = apply(zfs.check, args.changes, targets)
if failed == 0 then failed = apply(zfs.sync, args.changes, targets) end
return { answer = failed == 0 and "ok" or "failed", code = failed }
