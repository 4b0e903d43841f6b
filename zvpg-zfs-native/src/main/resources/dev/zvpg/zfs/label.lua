-- Publishes a draft: from here on the volume is visible, and the one that it takes the place of is not.
if not unlabelled(args.volume) then return missing() end
if args.old and state(args.old) ~= "live" then return missing("old") end
for property, value in pairs(args.properties) do change("set_prop", args.volume, property, value) end
change("set_prop", args.volume, STATE, live_since(args.volume, args.origin))
if args.old then change("set_prop", args.old, STATE, "destroyed") end
return { answer = "ok" }, changes
