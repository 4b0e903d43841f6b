if args.volume then
    if state(args.volume) == "live" then return { answer = "ok" } end
    if not unlabelled(args.volume) then return missing() end
    return { answer = "ok", unlabelled = true, draft = draft(args.volume) or nil }
end
name = find(args.snapshot, args.hint)
return name and { answer = "ok", name = name } or missing()
