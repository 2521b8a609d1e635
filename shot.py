import sys, threading, http.server, functools
from playwright.sync_api import sync_playwright
site=sys.argv[1]; pages=sys.argv[2].split(","); modes=sys.argv[3].split(",")
h=functools.partial(http.server.SimpleHTTPRequestHandler,directory=site)
class Q(http.server.SimpleHTTPRequestHandler):
    def log_message(self,*a): pass
srv=http.server.ThreadingHTTPServer(("127.0.0.1",0),functools.partial(Q,directory=site)); threading.Thread(target=srv.serve_forever,daemon=True).start()
with sync_playwright() as p:
    b=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox","--disable-gpu","--disable-background-networking"])
    for m in modes:
        w,th=m.split("-"); c=b.new_context(viewport={"width":int(w),"height":900},color_scheme=th); pg=c.new_page()
        for n in pages:
            pg.goto(f"http://127.0.0.1:{srv.server_port}/{n}.html"); pg.wait_for_timeout(600)
            over=pg.evaluate("document.documentElement.scrollWidth-innerWidth")
            pg.screenshot(path=f"/tmp/lead5/D/pages/s-{n.replace('/','_')}-{m}.png",full_page=True); print(n,m,"overflow",over,pg.evaluate("document.documentElement.scrollHeight"))
    b.close()
