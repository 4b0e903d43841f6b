if args.volume then
    if state(args.volume) == "live" then return { answer = "ok" } end
    return draft(args.volume) and { answer = "ok", draft = true } or missing()
end
name = find(args.snapshot, args.hint)
return name and { answer = "ok", name = name } or missing()
