-- Notes when the last came of a snapshot that is received.
if not unlabelled(args.volume) then return missing() end
failed = zfs.sync.set_prop(args.volume, HEARD, args.now)
return { answer = failed == 0 and "ok" or "failed", code = failed }
