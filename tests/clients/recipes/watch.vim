" Writes what there is to see into the file $STATE, again and again.

function! s:write(timer) abort
  let l:words = map(complete_info(['items']).items, 'v:val.word')
  let l:state = {'text': getline(1, '$'), 'menu': l:words, 'mode': mode()}
  call writefile([json_encode(l:state)], $STATE . '.new')
  call rename($STATE . '.new', $STATE)
endfunction

call timer_start(50, function('s:write'), {'repeat': -1})
