-- Destroys a draft, if it is one; one that is mounted stays.
if draft(args.volume) then destroy(args.volume) end
return { answer = "ok" }
