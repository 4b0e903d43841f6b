if args.volume then
    return state(args.volume) == "live" and { answer = "ok" } or missing()
end
name = find(args.snapshot, args.hint)
return name and { answer = "ok", name = name } or missing()
