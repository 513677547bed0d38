import{around as a,compile as i,readRow as y,show as p,Unknown as c}from"./language.mjs";var[d,l]=[[],null],s=n=>{try{return n()}catch(e){return{[e instanceof c?"unknown":"failed"]:String(e)}}},u=n=>{if(n.world){let{types:e,subjects:o}=n.world;[d,l]=[o.map(t=>y(t,e)),a(n.world,e)]}return n.trees.map(e=>s(()=>{let{evaluate:o}=i(e);return d.map(t=>s(()=>p(o(t,l),e[2])))}))};process.stdin.setEncoding("utf8");var r=[];for await(let n of process.stdin){let[e,...o]=n.split(`
`);r.push(e);for(let t of o)process.stdout.write(`${JSON.stringify(s(()=>u(JSON.parse(r.join("")))))}
`),r=[t]}
