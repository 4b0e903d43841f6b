-- Publishes what was received: from here on the snapshot is visible, and its volume only carries it.
image = image_of(args.volume)
if not image or not unlabelled(args.volume) then return missing() end
if find(args.snapshot, args.hint) then return { answer = "taken" } end
for property, value in pairs(args.properties) do change("set_prop", image, property, value) end
change("set_prop", image, STATE, live_since(image))
change("set_prop", args.volume, STATE, "destroyed")
return { answer = "ok" }, changes
