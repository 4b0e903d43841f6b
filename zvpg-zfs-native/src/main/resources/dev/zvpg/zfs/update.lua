lost = change_attributes(args.changes)
if lost then return missing(lost) end
return { answer = "ok" }, changes
