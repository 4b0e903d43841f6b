volume = args.volume
is_draft = args.mayBeDraft and (draft(volume) or (args.claimed and unlabelled(volume)))
if state(volume) ~= "live" and not is_draft then return missing() end
child = first_child(volume)
if child then return { answer = "child", name = child } end
refusal = destroy(volume, is_draft and image_of(volume))
if refusal then return refusal end
lost = change_attributes(args.changes)
if lost then return missing(lost) end
return { answer = "ok" }, changes
