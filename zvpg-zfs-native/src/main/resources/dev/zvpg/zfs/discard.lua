-- Destroys a draft, if it is one; one that is mounted stays. One that somebody took a snapshot of goes with that.
if not unlabelled(args.volume) then return { answer = "ok" } end
refusal = destroy(args.volume, image_of(args.volume))
if refusal then return refusal end
return { answer = "ok" }, changes
