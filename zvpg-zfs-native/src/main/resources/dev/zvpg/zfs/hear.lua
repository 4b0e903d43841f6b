-- Notes when the last came of a snapshot that is received.
if not unlabelled(args.volume) then return missing() end
change("set_prop", args.volume, HEARD, args.now)
return { answer = "ok" }, changes
